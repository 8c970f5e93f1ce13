// SPDX-License-Identifier: Apache-2.0
// A month as a table: a row a day, a cell an hour, coloured by how much of the hour is
// covered by valid data. Each cell is a button; arrow keys move, Enter explains.
import { el } from "./dom.js";
import { day, hourMinute, parts, percent, sized, startOfDay, startOfMonth } from "./format.js";

const LEVELS = [["full", 1, "all of it covered"], ["good", 0.95, "95 % or more"],
  ["valid", 0.8, "80 % or more"], ["low", 1e-9, "less than 80 %"], ["none", -1, "nothing"]];

function levelOf(row) {
  const coverage = row.incomplete && row.coverage >= 1 ? 0.999 : row.coverage;
  return LEVELS.find(([, least]) => coverage >= least - 1e-9)[0];
}

export function legend() {
  return el("p", { class: "legend soft" },
    LEVELS.map(([level, , words]) => el("span", {}, el("i", { class: "key " + level }), words)),
    el("span", {}, el("i", { class: "key later" }), "not there"),
    el("span", {}, el("i", { class: "key good revised" }), "revised"));
}

function cell(row, explain) {
  const when = day(row.start) + " " + hourMinute(row.start);
  const words = when + ": " + (row.direct === null ? "direct emissions not known"
    : sized(row.direct) + " t CO₂e direct") + ", coverage " + percent(row.coverage) +
    (row.revision ? ", revision " + row.revision : "");
  return el("button", { type: "button", class: levelOf(row) + (row.revision ? " revised" : ""),
    title: words, "aria-label": words, tabindex: "-1", "data-start": row.start,
    onclick: () => explain(row.start) });
}

function dayRow(start, end, rows, explain) {
  const cells = [...Array(24)].map(() => el("td"));
  let sum = 0;
  for (const row of rows) {
    cells[parts(row.start).hour % 24].append(cell(row, explain));
    sum += row.direct ?? 0;
  }
  return el("tr", {}, el("th", { scope: "row" }, day(start)), cells,
    el("td", { class: "n" }, rows.length ? sized(sum) : ""));
}

// Moves within the grid; Tab enters and leaves it.
function steer(grid, event) {
  const all = [...grid.querySelectorAll("button")];
  const at = all.indexOf(document.activeElement);
  const row = document.activeElement.closest("tr");
  const column = document.activeElement.closest("td")?.cellIndex;
  const aside = (next) => next?.cells[column]?.querySelector("button");
  const target = {
    ArrowRight: () => all[at + 1], ArrowLeft: () => all[at - 1],
    ArrowUp: () => aside(row.previousElementSibling),
    ArrowDown: () => aside(row.nextElementSibling),
    Home: () => all[0], End: () => all.at(-1),
  }[event.key]?.();
  if (target) {
    event.preventDefault();
    all.forEach((button) => { button.tabIndex = -1; });
    target.tabIndex = 0;
    target.focus();
  }
}

// The month that begins at `from`, newest day first; days that have not come are left out.
export function calendar(hours, from, now, explain) {
  const end = Math.min(startOfMonth(from, 1), startOfDay(now, 1));
  const rows = [];
  for (let start = from; start < end; start = startOfDay(start, 1)) {
    const next = startOfDay(start, 1);
    rows.unshift(dayRow(start, next, hours.between(start, next), explain));
  }
  const heads = [...Array(24)].map((_, hour) => el("th", { scope: "col" },
    hour % 3 === 0 ? String(hour).padStart(2, "0") : el("span", { class: "hidden" }, String(hour))));
  const grid = el("table", { class: "calendar" },
    el("caption", { class: "hidden" }, "Coverage of each hour; arrow keys move, Enter explains"),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Day"), heads,
      el("th", { scope: "col", class: "n" }, "t CO₂e"))),
    el("tbody", {}, rows));
  const newest = [...grid.querySelectorAll("tbody tr")].find((row) => row.querySelector("button"));
  if (newest) {
    [...newest.querySelectorAll("button")].at(-1).tabIndex = 0;
  }
  grid.addEventListener("keydown", (event) => steer(grid, event));
  return grid;
}

// SPDX-License-Identifier: Apache-2.0
// The month as a table a process, made to be printed: a row a day and the sum.
import { el, find, name, put } from "./dom.js";
import { day, dayTime, month, number, percent, startOfDay, startOfMonth, unit, zoneName }
  from "./format.js";
import { total } from "./hours.js";

function heads(p) {
  return [["Day"], ["Hours", 1], ["Direct", 1, "t CO₂e"], ["Indirect", 1, "t CO₂e"],
    ["Made", 1, unit(p.hours.unit || "t")], ["Electricity", 1, "MWh"],
    ["Intensity", 1, "t CO₂e/" + unit(p.hours.unit || "t")], ["Coverage", 1], ["Incomplete", 1, "h"]]
    .map(([text, right, small]) => el("th", { scope: "col", class: right ? "n" : null }, text,
      small ? el("small", {}, small) : null));
}

function row(label, sum) {
  const cells = [number(sum.hours, 0), number(sum.direct, 2), number(sum.indirect, 2),
    number(sum.activity, 1), number(sum.electricity, 2),
    sum.intensity === null ? "–" : number(sum.intensity, 4), percent(sum.coverage),
    number(sum.incomplete, 0)];
  return el("tr", {}, el("th", { scope: "row" }, label),
    cells.map((text) => el("td", { class: "n" }, text)));
}

function tableOf(p, from, to) {
  const rows = [];
  for (let start = from; start < to; start = startOfDay(start, 1)) {
    const hours = p.hours.between(start, startOfDay(start, 1));
    if (hours.length) {
      rows.push(row(day(start), total(hours)));
    }
  }
  const all = total(p.hours.between(from, to));
  return el("table", { class: "month" },
    el("caption", {}, name(p.process.name || p.id), " ", el("span", { class: "soft" },
      (p.process.category || "").replaceAll("_", " ") + (p.process.cn ? ", CN " + p.process.cn : ""))),
    el("thead", {}, el("tr", {}, heads(p))), el("tbody", {}, rows),
    el("tfoot", {}, row(month(from), all)));
}

export function showReport(panels, from, now) {
  put(find("#report-head"), document.title.split(" · ")[0] + ", " + month(from) + ", days of " +
    zoneName() + ", as of " + dayTime(now) + ". Latest revisions of all hours that are closed.");
  find("#report").replaceChildren(...panels.map((p) =>
    el("div", { class: "scroll", tabindex: "0" }, tableOf(p, from, startOfMonth(from, 1)))));
}

// SPDX-License-Identifier: Apache-2.0
// A panel a process: what it emits now, this hour, today and in the month shown; bars by
// stream; the month's hours by coverage. Every figure leads to its explanation.
import { el, find, name, put } from "./dom.js";
import { day, hourMinute, month, number, parts as partsOf, percent, sized, startOfDay, startOfMonth,
  startOfYear, unit } from "./format.js";
import { Bars, onScheme, streamColour } from "./charts.js";
import { calendar, legend } from "./calendar.js";
import { explain } from "./explain.js";
import { Hours, HOUR_MS, sums, total } from "./hours.js";
import { showReport } from "./report.js";

const BARS = 48;

let panels = [];
let monthStart = 0; // of the month shown
let clockMs = 0;

function figure(label, big) {
  const parts = { value: el("strong", {}, "–"), unit: el("span", { class: "soft" }, "t CO₂e"),
    note: el("span", { class: "soft note-line" }) };
  parts.node = el("div", { class: "figure" + (big ? " first" : "") }, el("span", { class: "label" }, label),
    el("span", { class: "value" }, parts.value, " ", parts.unit), parts.note);
  return parts;
}

function build(process) {
  const p = { id: process.id, hours: new Hours(process.id), process,
    now: figure("Now", true), open: figure("This hour so far"), today: figure("Today"),
    month: figure("This month"), year: figure("This year"), intensity: figure("Intensity, month"),
    legend: el("p", { class: "legend soft" }), calendar: el("div", { class: "scroll" }),
    canvas: el("canvas", { role: "img", "aria-label": "Emissions by stream over the last hours; "
      + "the same figures are in the calendar and in the report" }) };
  p.bars = new Bars(p.canvas, "t CO₂e/h", (index) => p.shown[index] &&
    explain(p.process, p.shown[index].start));
  const title = "process-" + process.id;
  p.node = el("article", { class: "process", "aria-labelledby": title },
    el("div", { class: "heading" },
      el("h3", { id: title }, name(process.name || process.id), " ",
        el("span", { class: "soft" }, (process.category || "").replaceAll("_", " "))),
      el("button", { type: "button", class: "plain explain", "data-process": process.id,
        onclick: () => explain(process, 0) }, "Where does it come from?")),
    el("div", { class: "figures" }, [p.now, p.open, p.today, p.month, p.year, p.intensity].map((f) => f.node)),
    el("div", { class: "halves" },
      el("div", {}, el("h4", {}, "Last " + BARS + " hours"), p.legend,
        el("div", { class: "chart" }, p.canvas)),
      el("div", {}, el("h4", {}, "Hours by coverage"), legend(), p.calendar)));
  return p;
}

export function setUpProcesses(live) {
  clockMs = Date.parse(live.status.now);
  panels = live.status.processes.map(build);
  find("#processes").replaceChildren(...panels.map((panel) => panel.node));
  if (!panels.length) {
    find("#processes").append(el("p", { class: "soft" }, "No process is configured."));
  }
  onScheme(() => panels.forEach(drawLegend));
  for (const [id, step] of [["#month-before", -1], ["#month-after", 1]]) {
    find(id).addEventListener("click", () => turnTo(startOfMonth(monthStart, step)));
  }
}

async function turnTo(start) {
  if (start > clockMs) {
    return;
  }
  monthStart = start;
  await Promise.all(panels.map((p) => p.hours.load(start, startOfMonth(start, 1))));
  panels.forEach(draw);
  drawMonth();
}

// The year up to the day that is loaded hour by hour; asked again when that moves.
async function loadYear(p, toMs) {
  const from = startOfYear(clockMs);
  if (p.before?.to !== toMs || p.before.from !== from) {
    p.before = { from, to: toMs, sum: await sums(p.id, from, Math.max(from, toMs)) };
  }
}

// First everything of the month, then only what may have changed.
export async function loadProcesses(status) {
  clockMs = Date.parse(status.now);
  const first = monthStart === 0;
  monthStart = monthStart || startOfMonth(clockMs);
  const recent = startOfDay(clockMs, -3);
  const from = first ? Math.min(monthStart, recent) : recent;
  await Promise.all(panels.map((p) => Promise.all([p.hours.load(from, clockMs + HOUR_MS),
    loadYear(p, recent)])));
  panels.forEach(draw);
  drawMonth();
}

function drawYear(p) {
  const { from, to, sum } = p.before;
  const rest = total(p.hours.between(Math.max(from, to), clockMs + HOUR_MS));
  const hours = sum.windows + rest.hours;
  const lacking = sum.lacking + rest.lacking;
  put(p.year.value, hours ? sized(sum.direct + rest.direct) : "–");
  put(p.year.note, partsOf(clockMs).year + ", + " + sized(sum.indirect + rest.indirect) +
    " indirect" + (lacking ? ", " + number(lacking, 0) + " windows without a figure" : ""));
}

function drawMonth() {
  put(find("#month"), month(monthStart));
  find("#month-after").disabled = startOfMonth(monthStart, 1) > clockMs;
  showReport(panels, monthStart, clockMs);
}

function drawLegend(p) {
  p.legend.replaceChildren(...p.hours.streams.map((stream, index) => {
    const key = el("i", { class: "key" });
    key.style.background = streamColour(index); // by the object model: the policy allows it
    return el("span", {}, key, name(stream.name || stream.id));
  }));
}

function drawSums(p) {
  const hours = p.hours.between(monthStart, startOfMonth(monthStart, 1));
  const sum = total(hours);
  const today = total(p.hours.between(startOfDay(clockMs), clockMs + HOUR_MS));
  put(p.today.value, today.hours ? sized(today.direct) : "–");
  put(p.today.note, number(today.hours, 0) + " h, + " + sized(today.indirect) + " indirect");
  put(p.month.value, sum.hours ? sized(sum.direct) : "–");
  put(p.month.note, number(sum.hours, 0) + " h, coverage " + percent(sum.coverage) +
    (sum.incomplete ? ", " + sum.incomplete + " incomplete" : ""));
  put(p.intensity.value, sum.intensity === null ? "–" : number(sum.intensity, 4));
  put(p.intensity.unit, "t CO₂e/" + unit(p.hours.unit || "t"));
  put(p.intensity.note, sized(sum.activity) + " " + unit(p.hours.unit) + " made" + (sum.activity > 0
    ? ", + " + number(sum.indirect / sum.activity, 4) + " indirect" : ""));
}

function draw(p) {
  drawLegend(p);
  drawSums(p);
  if (p.before) {
    drawYear(p);
  }
  p.shown = [...p.hours.rows.values()].sort((a, b) => a.start - b.start).slice(-BARS);
  const perHour = HOUR_MS / p.hours.stepMs;
  p.bars.set(p.shown.map((row) => [hourMinute(row.start), day(row.start)].slice(0,
    hourMinute(row.start) === "00:00" ? 2 : 1)),
  p.hours.streams.map((stream, i) => ({ label: stream.name || stream.id,
    values: p.shown.map((row) => (row.streams[i] === null ? null : row.streams[i] * perHour)) })));
  const active = p.calendar.contains(document.activeElement)
    ? document.activeElement.dataset.start : null;
  p.calendar.replaceChildren(calendar(p.hours, monthStart, clockMs, (start) =>
    explain(p.process, start)));
  if (active) {
    p.calendar.querySelector("[data-start='" + Number(active) + "']")?.focus();
  }
}

function showNow(p, now) {
  const span = now.now;
  const hours = span ? (Date.parse(span.to) - Date.parse(span.from)) / HOUR_MS : 0;
  const known = span && span.direct !== null;
  put(p.now.value, known ? sized(span.direct / hours) : "–");
  put(p.now.unit, "t CO₂e/h");
  put(p.now.note, span ? "10 min mean" + (span.indirect === null ? "" : ", + " +
    sized(span.indirect / hours) + " indirect") + (span.complete ? "" : ", incomplete") : "no data yet");
  const open = now.open;
  put(p.open.value, open && open.direct !== null ? sized(open.direct) : "–");
  put(p.open.note, open ? "since " + hourMinute(Date.parse(open.from)) +
    (open.indirect === null ? "" : ", + " + sized(open.indirect) + " indirect") : "");
}

export function showProcesses(live) {
  clockMs = Date.parse(live.status.now);
  for (const now of live.now) {
    const panel = panels.find((p) => p.id === now.id);
    if (panel) {
      showNow(panel, now);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// One process: its days as bars, two periods beside each other, its hours by coverage with
// each hour's evidence, and everything to download.
import { ask, el, name, openSheet, table } from "./dom.js";
import { dayTime, hourMinute, number, parts, percent, sized, startOfMonth, unit, useZone, zoneName } from "./format.js";
import { download } from "./access.js";
import { Bars } from "./charts.js";
import { calendar, legend } from "./calendar.js";
import { hours, nameOf, totals } from "./data.js";
import { embedded } from "./embedded.js";

const words = (quantity) => quantity?.value === undefined ? "not known"
  : sized(quantity.value) + " " + unit(quantity.unit);

function save(fileName, heads, rows) {
  const quote = (text) => "\"" + String(text ?? "").replaceAll("\"", "\"\"") + "\"";
  const lines = [heads, ...rows].map((line) => line.map(quote).join(",")).join("\r\n");
  const url = URL.createObjectURL(new Blob([lines + "\r\n"], { type: "text/csv" }));
  const link = el("a", { href: url, download: fileName });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

const COLUMNS = ["label", "windows", "complete_windows", "direct_t", "indirect_t", "activity",
  "electricity_mwh", "fuel_tj", "see_direct", "see_indirect", "coverage"];

// ---- comparison ----

function change(a, b) {
  return a && b ? (b > a ? "+" : "") + number(100 * (b - a) / a, 1) + " %" : "–";
}

function compared(process, a, b) {
  const line = (label, key, digits) => el("tr", {}, el("th", { scope: "row" }, label),
    ...[a, b].map((item) => el("td", { class: "n" }, number(item[key], digits))),
    el("td", { class: "n" }, change(a[key], b[key])));
  return table([{ text: "Quantity", quiet: true }, { text: a.label, n: true }, { text: b.label, n: true },
    { text: "Change", n: true }],
  [line("Direct, t CO₂e", "direct_t", 2), line("Indirect, t CO₂e", "indirect_t", 2),
    line("Made, " + unit(process.unit || "t"), "activity", 1), line("Electricity, MWh", "electricity_mwh", 1),
    line("Intensity, direct", "see_direct", 4), line("Hours", "windows", 0)]);
}

// Two days, months or years beside each other; at first the newest two months.
function comparison(process, months, days) {
  const known = { month: months, day: days };
  const place = el("div", { "aria-live": "polite" });
  const by = el("select", { id: "compare-by", "aria-label": "Kind of period" }, ["month", "day", "year"].map((kind) =>
    el("option", { value: kind }, kind + "s")));
  const first = el("select", { "aria-label": "First period" });
  const second = el("select", { "aria-label": "Second period" });
  const show = () => place.replaceChildren(compared(process, known[by.value][first.value], known[by.value][second.value]));
  const fill = async () => {
    known[by.value] = known[by.value] || await totals(process, by.value);
    const items = known[by.value];
    [first, second].forEach((select, i) => select.replaceChildren(...items.map((item, k) => el("option", { value: k,
      selected: k === Math.min(1 - i, items.length - 1) }, item.label))));
    show();
  };
  by.addEventListener("change", () => fill().catch((error) => place.replaceChildren(error.message)));
  first.addEventListener("change", show);
  second.addEventListener("change", show);
  fill();
  return [el("p", { class: "choices" }, by, first, "against", second),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Comparison" }, place)];
}

// ---- a report of any period ----

const dayOf = (ms) => {
  const p = parts(ms);
  return [p.year, p.month, p.day].map((n) => String(n).padStart(2, "0")).join("-");
};
const dayBehind = (day) => new Date(Date.parse(day) + 86400000).toISOString().slice(0, 10);

function report(process, fromMs, toMs) {
  const zone = process.time_zone || "UTC";
  const from = el("input", { id: "report-from", type: "date", required: true, value: dayOf(fromMs) });
  const to = el("input", { id: "report-to", type: "date", required: true, value: dayOf(toMs) });
  const path = (format) => "v1/export?" + new URLSearchParams({ installation: process.installation,
    from: from.value, to: to.value ? dayBehind(to.value) : "", format });
  const file = process.installation.replaceAll(/[^\w-]/g, "-") + "-report.";
  return [el("p", { class: "choices" }, el("label", { for: "report-from" }, "From"), from,
    el("label", { for: "report-to" }, "to"), to, el("span", { class: "soft" }, "days of " + zone)),
  el("p", { class: "downloads" }, download("Report as JSON", () => path("json"), file + "json"),
    download("Report as CSV", () => path("csv"), file + "csv"))];
}

// ---- an hour ----

async function openHour(process, row) {
  useZone(process.time_zone || "UTC");
  const whole = await ask("v1/summaries/" + row.key);
  const s = whole.summary || whole;
  const a = s.attribution || {};
  openSheet(name(nameOf(process)),
    el("button", { type: "button", class: "plain back", onclick: () => openProcess(process) }, "‹ the process"),
    el("p", { class: "crumb" }, dayTime(row.start) + " to " + hourMinute(Date.parse(s.window_end)) + " " + zoneName()),
    el("dl", { class: "facts" }, [["Direct", words(a.attributed_direct)], ["Indirect", words(a.attributed_indirect)],
      ["Made", words(s.activity_level)], ["Coverage", percent(row.coverage)], ["Revision", String(row.revision)],
      ["Software", s.provenance?.software || ""], ["Rules", s.provenance?.rule_set || ""],
      ["Configuration", s.provenance?.config_hash?.slice(0, 16) || ""], ["Key", row.key]].map(([k, v]) =>
      [el("dt", {}, k), el("dd", {}, v)])),
    el("h3", {}, "Streams"),
    el("div", { class: "scroll" }, table([{ text: "Stream" }, { text: "Method" }, { text: "Term" }, { text: "t CO₂e", n: true }],
      (s.streams || []).map((stream) => el("tr", {}, el("td", {}, name(stream.id)), el("td", {}, name(stream.method)),
        el("td", {}, (stream.term || "").replaceAll("_", " ")),
        el("td", { class: "n" }, stream.co2e?.value === undefined ? "not known" : number(stream.co2e.value, 3)))))),
    el("h3", {}, "Evidence"),
    el("p", { class: "downloads" }, download("The signed bytes as they came", "v1/summaries/" + row.key + "/envelope",
      row.key.slice(0, 16) + ".envelope"),
    download("The summary as JSON", "v1/summaries/" + row.key, row.key.slice(0, 16) + ".json")),
    el("p", { class: "soft" }, "Checked at arrival; emgate verify checks it again, offline."));
}

// ---- the process ----

function downloads(process, days, rows) {
  const file = nameOf(process).replaceAll(/[^\w-]/g, "-");
  return el("p", { class: "downloads" },
    el("button", { type: "button", class: "plain", id: "save-days", onclick: () => save(file + "-days.csv", COLUMNS,
      [...days].reverse().map((item) => COLUMNS.map((column) => item[column]))) }, "Days as CSV"),
    el("button", { type: "button", class: "plain", onclick: () => save(file + "-hours.csv",
      ["window_start", "direct_t", "indirect_t", "activity", "coverage", "complete", "revision", "key"],
      rows.map(({ item }) => [item.window_start, item.direct_t, item.indirect_t, item.activity, item.coverage,
        item.complete, item.revision, item.key])) }, "Hours of the month as CSV"));
}

export async function openProcess(process) {
  openSheet(name(nameOf(process)), el("p", { class: "soft" }, "Asking"));
  try {
    await showProcess(process);
  } catch (error) {
    openSheet(name(nameOf(process)), el("p", { class: "note" }, error.message));
  }
}

async function showProcess(process) {
  useZone(process.time_zone || "UTC");
  const end = Date.parse(process.last_window_end);
  const from = startOfMonth(end - 1);
  const [days, months, rows, goods] = await Promise.all([totals(process, "day"), totals(process, "month"),
    hours(process, from, end), embedded(process)]);
  useZone(process.time_zone || "UTC");
  const held = { between: (a, b) => rows.filter((row) => row.start >= a && row.start < b) };
  const canvas = el("canvas", { role: "img", "aria-label": "Emissions a day; the same figures can be downloaded" });
  const revised = rows.filter((row) => row.revision > 0).length;
  openSheet(name(nameOf(process)),
    el("p", { class: "soft" }, name([(process.category || "").replaceAll("_", " "), process.cn ? "CN " + process.cn : "",
      process.operator, process.country, "gateway " + process.gateway].filter(Boolean).join(", "))),
    el("h3", {}, "Days"), el("div", { class: "chart" }, canvas), ...goods,
    el("h3", {}, "Two periods"), ...comparison(process, months, days),
    el("h3", {}, "Hours by coverage"), legend(),
    el("p", { class: "soft" }, rows.length + " hours, " + revised + " revised. Choose one for its evidence."),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Hours" }, calendar(held, from, end - 1, (start) =>
      openHour(process, rows.find((row) => row.start === start)))),
    el("h3", {}, "Downloads"), downloads(process, days, rows),
    el("h3", {}, "Emissions report of ", name(process.installation)), ...report(process, from, end - 1));
  const shown = [...days].reverse().slice(-60);
  new Bars(canvas, "t CO₂e/d", () => {}).set(shown.map((item) => item.label.slice(5)),
    [{ label: "Direct", values: shown.map((item) => item.direct_t ?? null) },
      { label: "Indirect", values: shown.map((item) => item.indirect_t ?? null) }]);
}

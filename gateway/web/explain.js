// SPDX-License-Identifier: Apache-2.0
// A tonne taken apart, one click a level: the hour by stream; the stream by formula and
// inputs, each with its origin and source; the point by minute and reading.
import { ask, el, name, openSheet, table } from "./dom.js";
import { dayTime, exact, hourMinute, number, percent, second, sized, unit, zoneName } from "./format.js";
import { drawReadings } from "./charts.js";
import { ns } from "./hours.js";

const READINGS_SHOWN = 400;

const value = (quantity) => quantity?.value;
const words = (quantity) => quantity?.value === undefined ? "not known"
  : sized(quantity.value) + " " + unit(quantity.unit);
const back = (label, go) => el("button", { type: "button", class: "plain back", onclick: go },
  "‹ " + label);
const facts = (pairs) => el("dl", { class: "facts" }, pairs.filter(([, v]) => v).map(([k, v]) =>
  [el("dt", {}, k), el("dd", {}, v)]));
// What of the goods is counted: clinker, nitrogen.
const contents = (s) => (s.activity_parts || []).filter((part) => part.content).map((part) =>
  [["Of ", name(part.good || part.point)], words(part.quantity) + ", " +
    (value(part.content.quantity) === undefined ? "content not known"
      : percent(value(part.content.quantity)) + " counted")]);

export async function explain(process, startMs) {
  openSheet(name(process.name || process.id), el("p", { class: "soft" }, "Asking"));
  try {
    const query = new URLSearchParams({ process: process.id, at: startMs ? ns(startMs) : "0" });
    const answer = await ask("v1/explain?" + query);
    if (!answer) {
      openSheet(name(process.name || process.id), el("p", {}, "There is no summary of this hour yet."));
      return;
    }
    showHour(process, answer);
  } catch (error) {
    openSheet(name(process.name || process.id), el("p", { class: "note" }, error.message));
  }
}

// ---- the hour ----

function streamRow(x, process, stream, most) {
  const made = value(stream.co2e);
  const bar = el("i", { class: "bar" });
  bar.style.width = made > 0 ? Math.max(1, 100 * made / most) + "%" : "0";
  const named = (process.streams || []).find((s) => s.id === stream.id);
  return el("tr", {},
    el("td", {}, el("button", { type: "button", class: "link stream", "data-stream": stream.id,
      onclick: () => showStream(process, x, stream) }, name(named?.name || stream.id))),
    el("td", {}, stream.method), el("td", {}, (stream.term || "").replaceAll("_", " ")),
    el("td", { class: "n" }, made === undefined ? el("span", { title: stream.missing }, "not known")
      : number(made, 3)),
    el("td", { class: "bars" }, bar));
}

function gapList(quality) {
  const gaps = quality?.gaps || [];
  return gaps.length ? [el("h3", {}, "Gaps"), el("ul", {}, gaps.slice(0, 20).map((gap) =>
    el("li", {}, hourMinute(Date.parse(gap.from)) + " to " + hourMinute(Date.parse(gap.to)) +
      ", " + (gap.reason || "").replaceAll("_", " ") + " ", gap.point ? name(gap.point) : "")))] : [];
}

function showHour(process, x) {
  const s = x.summary;
  const a = s.attribution || {};
  const most = Math.max(...(s.streams || []).map((stream) => value(stream.co2e) || 0), 1e-9);
  openSheet(name(process.name || process.id),
    el("p", { class: "crumb" }, dayTime(Date.parse(s.window_start)) + " to " +
      hourMinute(Date.parse(s.window_end)) + " " + zoneName()),
    facts([["Direct", words(a.attributed_direct)], ["Indirect", words(a.attributed_indirect)],
      ["Made", words(s.activity_level)], ...contents(s),
      ["Intensity", value(s.see_direct) === undefined ? "" : number(value(s.see_direct), 4) +
        " " + unit(s.see_direct.unit)],
      ["Coverage", percent(s.quality?.coverage ?? 0)],
      ["Revision", s.revision ? s.revision + ", " + (s.provenance?.reason || "restated") : "first"]]),
    el("h3", {}, "Streams"),
    el("div", { class: "scroll" }, table([{ text: "Stream" }, { text: "Method" }, { text: "Term" },
      { text: "t CO₂e", n: true }, { text: "Share" }],
    (s.streams || []).map((stream) => streamRow(x, process, stream, most)))),
    ...gapList(s.quality),
    el("h3", {}, "Rests on"),
    facts([["Rules", s.provenance?.rule_set], ["Factors", s.provenance?.factor_set],
      ["Software", s.provenance?.software], ["Journal records", s.provenance?.first_record
        ? s.provenance.first_record + " to " + s.provenance.last_record : ""],
      ["Summary", el("code", {}, x.key)]]));
}

// ---- the stream ----

function inputRow(process, x, stream, input) {
  const id = (input.origin || "").startsWith("point:") ? input.origin.slice(6) : "";
  const origin = id ? el("button", { type: "button", class: "link point", "data-point": id,
    onclick: () => showPoint(process, x, stream, id) }, "point ", name(id)) : name(input.origin || "");
  return el("tr", {}, el("td", {}, (input.name || "").replaceAll("_", " ")),
    el("td", { class: "n" }, value(input.quantity) === undefined ? "not known"
      : exact(value(input.quantity))),
    el("td", {}, unit(input.quantity?.unit)), el("td", {}, origin),
    el("td", { class: "wrap" }, el("bdi", {}, input.source || "")));
}

function showStream(process, x, stream) {
  const told = x.streams.find((one) => one.id === stream.id) || {};
  const named = (process.streams || []).find((s) => s.id === stream.id);
  openSheet(name(named?.name || stream.id),
    back("the hour", () => showHour(process, x)),
    el("p", { class: "wrap" }, told.what || ""),
    el("p", { class: "total" }, words(stream.co2e), stream.missing ? ": " + stream.missing : ""),
    el("h3", {}, "Formula"),
    el("pre", {}, told.formula || ""),
    told.calculation ? el("pre", { class: "calculation" }, told.calculation) : null,
    el("p", { class: "soft" }, told.source || ""),
    el("h3", {}, "What goes in"),
    el("div", { class: "scroll" }, table([{ text: "Input" }, { text: "Value", n: true }, { text: "Unit" },
      { text: "From" }, { text: "Source" }],
    (stream.inputs || []).map((input) => inputRow(process, x, stream, input)))));
}

// ---- the point ----

function minuteRow(slice) {
  const good = slice.readings.filter((r) => r.value !== null).map((r) => r.value);
  const mean = good.length ? good.reduce((a, b) => a + b, 0) / good.length : null;
  return el("tr", {}, el("td", {}, hourMinute(Date.parse(slice.minute))),
    el("td", { class: "n" }, number(slice.readings.length, 0)), el("td", { class: "n" },
      mean === null ? "–" : sized(mean)), el("td", { class: "n" }, good.length ? sized(Math.min(...good)) : "–"),
    el("td", { class: "n" }, good.length ? sized(Math.max(...good)) : "–"),
    el("td", { class: "n" }, number(slice.duplicate, 0)), el("td", { class: "n" }, number(slice.rejected, 0)));
}

function readingRow(reading, unitText) {
  const state = [reading.value === null ? "bad" : "", reading.uncertain ? "uncertain" : "",
    reading.late ? "late" : ""].filter(Boolean).join(", ");
  return el("tr", {}, el("td", {}, second(Date.parse(reading.at))), el("td", { class: "n" },
    reading.value === null ? "–" : sized(reading.value)), el("td", {}, unitText), el("td", {}, state));
}

function showPoint(process, x, stream, id) {
  const point = x.points.find((one) => one.point === id) || { slices: [] };
  const quality = (x.summary.quality?.points || []).find((one) => one.point === id) || {};
  const readings = point.slices.flatMap((slice) => slice.readings);
  const canvas = el("canvas", { role: "img", "aria-label": "Readings of the hour; listed below" });
  openSheet(name(point.name || id),
    back("the stream", () => showStream(process, x, stream)),
    facts([["Gave", words(quality.quantity)], ["Device", name(point.device || "")],
      ["Metric", name(point.metric || "")], ["State", quality.state],
      ["Coverage", percent(quality.coverage ?? 0)],
      ["Readings", number(quality.received ?? 0, 0) + " of " + number(quality.expected ?? 0, 0) +
        (quality.duplicate ? ", " + quality.duplicate + " repeated" : "") +
        (quality.late ? ", " + quality.late + " late" : "")]]),
    el("div", { class: "chart" }, canvas),
    el("h3", {}, "By minute"),
    el("div", { class: "scroll tall", tabindex: "0", role: "region",
      "aria-label": "Minutes" }, table([{ text: "Minute" }, { text: "Readings", n: true },
      { text: "Mean", n: true }, { text: "Least", n: true }, { text: "Most", n: true },
      { text: "Repeated", n: true }, { text: "Rejected", n: true }], point.slices.map(minuteRow))),
    el("details", {}, el("summary", {}, number(readings.length, 0) + " readings"),
      el("div", { class: "scroll tall", tabindex: "0" }, table([{ text: "Time" }, { text: "Value", n: true },
        { text: "Unit" }, { text: "State" }], readings.slice(0, READINGS_SHOWN).map((reading) =>
        readingRow(reading, unit(point.unit)))))));
  const samples = readings.filter((r) => r.value !== null).map((r) =>
    ({ x: Date.parse(r.at), y: r.value }));
  drawReadings(canvas, samples, unit(point.unit),
    { from: Date.parse(x.summary.window_start), to: Date.parse(x.summary.window_end), clock: second });
}

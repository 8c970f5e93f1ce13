// SPDX-License-Identifier: Apache-2.0
// The points: value, age, quality, and the last hour as a line. A row is made once and
// then only its texts change.
import { ask, classed, el, find, name, openSheet, put, svg } from "./dom.js";
import { age, dayTime, number, sized, unit } from "./format.js";

const LINE_MS = 3600000;
const ROWS_MAX = 500;
const WIDTH = 110;
const HEIGHT = 22;

const rows = new Map();
let filter = "";

function build(point) {
  const row = { id: point.id, samples: [], asked: false,
    value: el("td", { class: "n value" }), age: el("td", { class: "n" }),
    quality: el("td"), count: el("td", { class: "n" }),
    line: svg("polyline", { class: "spark", fill: "none" }) };
  row.node = el("tr", {},
    el("th", { scope: "row" }, el("button", { type: "button", class: "link about", onclick: () =>
      openPoint(row.point) }, name(point.name || point.id))),
    el("td", { class: "soft" }, name(point.device), " · ", name(point.metric)),
    row.value, el("td", {}, name(unit(point.unit))),
    el("td", {}, svg("svg", { width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      "aria-hidden": "true" }, row.line)),
    row.age, row.quality, row.count);
  row.words = [point.id, point.name, point.device, point.metric].join(" ").toLowerCase();
  watcher.observe(row.node);
  row.node.rowOf = row;
  return row;
}

// The past hour is asked for when a row comes into sight, once.
const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const row = target.rowOf;
    if (isIntersecting && !row.asked) {
      row.asked = true;
      past(row).catch(() => { row.asked = false; });
    }
  }
});

async function past(row) {
  const answer = await ask("v1/readings?" + new URLSearchParams({ point: row.id }));
  const samples = answer.slices.flatMap((slice) => slice.readings)
    .filter((reading) => reading.value !== null)
    .map((reading) => ({ at: Date.parse(reading.at), value: reading.value }));
  row.samples = samples.concat(row.samples.filter((s) => s.at > (samples.at(-1)?.at || 0)));
  draw(row);
}

function draw(row) {
  const samples = row.samples;
  if (samples.length < 2) {
    return;
  }
  const least = Math.min(...samples.map((s) => s.value));
  const span = Math.max(...samples.map((s) => s.value)) - least;
  const from = samples[0].at;
  const length = samples.at(-1).at - from || 1;
  const step = Math.ceil(samples.length / (2 * WIDTH)); // no finer than it can be drawn
  row.line.setAttribute("points", samples.filter((_, i) => i % step === 0).map((s) =>
    ((s.at - from) / length * WIDTH).toFixed(1) + "," +
    (HEIGHT - 2 - (span ? (s.value - least) / span : 0.5) * (HEIGHT - 4)).toFixed(1)).join(" "));
}

// Its last message that could not be used, by the topic's levels or the detail's words.
function lastError(point, letters) {
  return letters.find((letter) => letter.topic.split("/").includes(point.device) &&
    (!letter.partial || (letter.detail || "").includes(point.metric)));
}

function errorOf(letter) {
  return letter ? [el("p", {}, dayTime(Date.parse(letter.received)) + ", " +
    (letter.reason || "").replaceAll("_", " ") + (letter.partial ? " (in part): " : ": "), name(letter.detail || "")),
  el("p", { class: "soft" }, "Topic ", name(letter.topic), ", record " + number(letter.record, 0)),
  el("pre", { class: "payload", tabindex: "0", dir: "ltr" }, letter.payload ??
    letter.payload_hex.replace(/(..)/g, "$1 "))] : [el("p", { class: "soft" },
    "None among the newest messages that could not be used.")];
}

async function openPoint(point) {
  const causes = Object.entries(point.not_used || {}).map(([cause, count]) =>
    number(count, 0) + " " + cause.replaceAll("_", " ")).join(", ");
  const facts = [["Device", point.device], ["Metric", point.metric], ["Value", point.value === null ? "none"
    : sized(point.value) + " " + unit(point.unit)], ["At", point.at ? dayTime(Date.parse(point.at)) : "never heard"],
  ["Quality", (point.quality || "none yet") + (point.reason ? ", " + point.reason.replaceAll("_", " ") : "")],
  ["Not used in its last hour", causes || "nothing"], ["Readings since start", number(point.samples, 0)]];
  const place = el("div", { id: "point-error" }, el("p", { class: "soft" }, "Asking"));
  openSheet(name(point.name || point.id), el("dl", { class: "facts" }, facts.map(([k, v]) =>
    [el("dt", {}, k), el("dd", {}, name(v))])), el("h3", {}, "Last error"), place);
  try {
    place.replaceChildren(...errorOf(lastError(point, await ask("v1/deadletters?limit=200"))));
  } catch (error) {
    place.replaceChildren(el("p", { class: "note" }, error.message));
  }
}

function update(row, point, now) {
  row.point = point;
  const at = point.at ? Date.parse(point.at) : NaN;
  const late = point.interval_s && now - at > 5000 * point.interval_s;
  put(row.value, point.value === null ? "–" : sized(point.value));
  put(row.age, point.at ? age(now - at) : "never");
  put(row.quality, point.quality || "none yet");
  put(row.count, number(point.samples, 0));
  classed(row.node, (late ? "late " : "") + "quality-" + (point.quality || "never"));
  const last = row.samples.at(-1);
  if (point.value !== null && point.at && (!last || at > last.at)) {
    row.samples.push({ at, value: point.value });
    while (row.samples[0].at < at - LINE_MS) {
      row.samples.shift();
    }
    draw(row);
  }
}

export function showPoints(points, now) {
  const tbody = find("#points tbody");
  for (const point of points.slice(0, ROWS_MAX)) {
    let row = rows.get(point.id);
    if (!row) {
      row = build(point);
      rows.set(point.id, row);
      row.node.hidden = !row.words.includes(filter);
      tbody.append(row.node);
    }
    update(row, point, now);
  }
  const more = find("#points-more");
  more.hidden = points.length <= ROWS_MAX;
  put(more, number(points.length - ROWS_MAX, 0) + " more; see emgate status or GET /v1/points");
}

export async function loadPoints() {
  showPoints(await ask("v1/points"), Date.now());
}

find("#points-filter").addEventListener("input", (event) => {
  filter = event.target.value.toLowerCase();
  rows.forEach((row) => { row.node.hidden = !row.words.includes(filter); });
});

// SPDX-License-Identifier: Apache-2.0
// The registry's page: what every installation emits, how it compares, how complete it is
// and what was refused. Asks again every few seconds; says since when it gets no answer.
import { ask, classed, el, find, headers, name, put, setUpSheet, svg } from "./dom.js";
import { askForToken, useKeptToken } from "./access.js";
import { age, dayTime, number, percent, second, sized, unit, useZone } from "./format.js";
import { all, loadReferences, nameOf, referenceOf, totals } from "./data.js";
import { alarmsOf, showGateways, showRefusals } from "./sources.js";
import { direct, monthGood } from "./embedded.js";
import { showPacks } from "./packs.js";
import { openProcess } from "./process.js";
import { showRollup } from "./rollup.js";

const REFRESH_MS = 15000;
const TREND_DAYS = 30;

let answered = 0;
const trends = new Map(); // name -> {windows, items}

function gauge(value, reference) {
  const most = 1.25 * Math.max(value || 0, reference.default?.value || 0, reference.benchmark?.value || 0);
  if (value === undefined || !reference.default) {
    return el("span", { class: "soft" }, "–");
  }
  const x = (v) => (110 * v / most).toFixed(1);
  const words = [number(value, 3) + " against default " + number(reference.default.value, 3),
    reference.benchmark ? "benchmark " + number(reference.benchmark.value, 3) : ""].filter(Boolean).join(", ");
  const mark = (one, kind) => one && svg("line", { class: kind, x1: x(one.value), x2: x(one.value), y1: 1, y2: 17 });
  return svg("svg", { class: "gauge", width: 112, height: 18, role: "img", "aria-label": words },
    svg("title", {}, words), svg("rect", { class: "track", y: 5, width: 110, height: 8, rx: 2 }),
    svg("rect", { class: value > reference.default.value ? "over" : "fill", y: 5, width: x(value), height: 8, rx: 2 }),
    mark(reference.default, "default"), mark(reference.benchmark, "benchmark"));
}

function trend(items) {
  const values = [...items].reverse().slice(-TREND_DAYS).map((item) => item.direct_t ?? 0);
  const most = Math.max(...values, 1e-9);
  const points = values.map((value, i) => (i * 110 / Math.max(1, values.length - 1)).toFixed(1) + "," +
    (20 - 18 * value / most).toFixed(1)).join(" ");
  return svg("svg", { width: 112, height: 22, "aria-hidden": "true" },
    svg("polyline", { class: "spark", fill: "none", points }));
}

async function trendOf(process) {
  const key = nameOf(process);
  const known = trends.get(key);
  if (!known || known.windows !== process.windows) {
    trends.set(key, { windows: process.windows, items: await totals(process, "day") });
  }
  return trends.get(key).items;
}

function row(process, days, good) {
  useZone(process.time_zone || "UTC");
  const month = process.month || {};
  const whole = direct(good);
  const specific = whole ?? month.see_direct;
  const cells = (text, className) => el("td", { class: className || "n" }, text);
  return el("tr", { "data-words": [process.installation, process.process, process.sector, process.country,
    process.operator, process.category].join(" ").toLowerCase() },
  el("th", { scope: "row" }, el("button", { type: "button", class: "link open",
    onclick: () => openProcess(process) }, name(process.installation), " · ", name(process.process)),
  el("small", {}, name((process.category || "").replaceAll("_", " ") + (process.cn ? ", CN " + process.cn : "")))),
  el("td", {}, name(process.sector || ""), el("small", {}, name(process.country || ""))),
  cells(number(month.direct_t, 1)), cells(number(month.indirect_t, 1)), cells(number(process.year?.direct_t, 1)),
  cells([number(specific, 4), el("small", {}, "t CO₂e/" + unit(process.unit || "t")),
    whole === undefined ? el("small", { title: good?.not_determined }, "own, hours known") : null]),
  el("td", {}, gauge(specific, referenceOf(process))), el("td", {}, trend(days)),
  cells(percent(month.coverage), "n" + (month.coverage < 0.8 ? " low-text" : "")),
  cells([number(process.windows, 0), el("small", { class: process.missing_windows ? "low-text" : null },
    number(process.missing_windows, 0) + " missing")]),
  el("td", {}, dayTime(Date.parse(process.last_window_end))));
}

async function showInstallations(processes) {
  const rows = [];
  for (const process of processes) {
    rows.push(row(process, await trendOf(process), await monthGood(process)));
  }
  const held = document.activeElement?.closest("#installations tr");
  const at = held ? held.rowIndex : -1;
  find("#installations tbody").replaceChildren(...rows);
  find("#installations").rows[at]?.querySelector("button")?.focus();
  find("#none").hidden = rows.length > 0;
  filter();
}

function filter() {
  const words = find("#filter").value.toLowerCase();
  for (const one of find("#installations tbody").rows) {
    one.hidden = !one.dataset.words.includes(words);
  }
}

function showSums(processes, installations, gateways) {
  const sum = (pick) => processes.reduce((total, process) => total + (pick(process) ?? 0), 0);
  const missing = sum((p) => p.missing_windows);
  const cards = [["Installations", number(installations, 0), "", processes.length + " processes"],
    ["Direct, this month", sized(sum((p) => p.month?.direct_t)), "t CO₂e", ""],
    ["Indirect, this month", sized(sum((p) => p.month?.indirect_t)), "t CO₂e", ""],
    ["Direct, this year", sized(sum((p) => p.year?.direct_t)), "t CO₂e", ""],
    ["Hours", number(sum((p) => p.windows), 0), "", number(missing, 0) + " missing"],
    ["Gateways", number(gateways.length, 0), "", gateways.filter((g) => g.signed).length + " must sign"]];
  find("#sums").replaceChildren(...cards.map(([label, big, small, note]) =>
    el("li", { class: "card" + (label === "Hours" && missing ? " warn" : "") }, el("h3", {}, label),
      el("p", { class: "big" }, el("strong", {}, big), " ", el("span", { class: "soft" }, small)),
      el("p", { class: "lines" }, el("span", {}, note)))));
}

function showAlarms(alarms) {
  const text = JSON.stringify(alarms);
  const list = find("#alarms");
  if (list.dataset.shown !== text) {
    list.dataset.shown = text;
    list.replaceChildren(...alarms.slice(0, 8).map((alarm) => el("li", { class: alarm.level },
      el("strong", {}, alarm.level === "bad" ? "Fault" : "Attention"), " ", el("bdi", {}, alarm.text))));
  }
}

// Refusals are for verifiers; to others there are none.
const records = (path) => all(path).catch((error) => {
  if (error.status === 403) {
    return [];
  }
  throw error;
});

async function load() {
  const [registry, processes, gateways, refusals, installations, packs] = await Promise.all([
    ask("v1/registry"), all("v1/processes"), all("v1/gateways"), records("v1/refusals"), all("v1/installations"),
    all("v1/packs")]);
  put(find("#whose"), registry.registry);
  put(find("#key"), registry.key_id ? "receipts signed by key " + registry.key_id : "");
  showSums(processes, installations.length, gateways);
  showAlarms(alarmsOf(processes, refusals, Date.now()));
  await showInstallations(processes);
  await showGateways(gateways);
  showRefusals(refusals);
  showPacks(packs);
  await showRollup();
}

async function refresh() {
  const banner = find("#banner");
  try {
    await load();
    answered = Date.now();
    useZone("UTC");
    put(find("#clock"), second(answered) + " UTC");
    classed(find("#live"), "dot ok");
    document.body.classList.remove("stale");
    banner.hidden = true;
  } catch (error) {
    if (error.status === 401) {
      askForToken(Boolean(headers.Authorization), refresh);
      return;
    }
    useZone("UTC");
    classed(find("#live"), "dot bad");
    document.body.classList.add("stale");
    put(banner, "The registry has not answered" + (answered ? " since " + second(answered) + " UTC (" +
      age(Date.now() - answered) + ")" : "") + ": " + error.message + ". Trying again.");
    banner.hidden = false;
  }
  setTimeout(refresh, document.body.classList.contains("stale") ? 3000 : REFRESH_MS);
}

setUpSheet();
useKeptToken();
find("#filter").addEventListener("input", filter);
for (const id of ["#group", "#by"]) {
  find(id).addEventListener("change", () => showRollup().catch(() => {}));
}
loadReferences().catch(() => {}).then(refresh);

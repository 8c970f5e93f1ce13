// SPDX-License-Identifier: Apache-2.0
// The registry's page: asks the API, writes text only (never markup), asks again.
"use strict";

const REFRESH_MS = 15000;
const HOUR_MS = 3600000;
const DAYS_SHOWN = 7;
let chosen = null; // "installation/process"

const find = (selector) => document.querySelector(selector);

function number(value, digits) {
  if (value === undefined || value === null) {
    return "–";
  }
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function percent(value) {
  return value === undefined ? "–" : number(100 * value, value === 1 ? 0 : 1) + " %";
}

function coverageClass(item) {
  const coverage = item.coverage;
  if (coverage === undefined || coverage === 0) {
    return "none";
  }
  if (coverage >= 0.9995 && item.complete !== false) {
    return "full";
  }
  return coverage >= 0.95 ? "good" : coverage >= 0.8 ? "valid" : "low";
}

// A zone that the browser does not know is shown as UTC.
function formatter(zone, options) {
  try {
    return new Intl.DateTimeFormat("en-CA", { ...options, timeZone: zone || "UTC" });
  } catch {
    return new Intl.DateTimeFormat("en-CA", { ...options, timeZone: "UTC" });
  }
}

function localTime(text, zone) {
  const parts = { dateStyle: "short", timeStyle: "short", hourCycle: "h23" };
  return text ? formatter(zone, parts).format(new Date(text)) : "–";
}

function cell(row, text, className) {
  const td = row.insertCell();
  td.textContent = text;
  if (className) {
    td.className = className;
  }
  return td;
}

async function ask(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" } });
  if (!answer.ok) {
    throw new Error(path + " answers " + answer.status);
  }
  return answer.json();
}

// Follows "next" until everything is there.
async function askAll(path) {
  const items = [];
  let after = "";
  do {
    const page = await ask(path + after);
    items.push(...page.items);
    after = page.next
      ? (path.includes("?") ? "&" : "?") + "after=" + encodeURIComponent(page.next)
      : "";
  } while (after);
  return items;
}

function body(selector) {
  const tbody = find(selector + " tbody");
  tbody.replaceChildren();
  return tbody;
}

function nameOf(process) {
  return process.installation + "/" + process.process;
}

function showProcess(tbody, process) {
  const row = tbody.insertRow();
  const last = process.last || {};
  row.className = nameOf(process) === chosen ? "chosen" : "";
  cell(row, process.installation);
  const button = document.createElement("button");
  button.textContent = process.process;
  cell(row, "").append(button);
  cell(row, localTime(last.window_end, process.time_zone));
  cell(row, number(last.direct_t, 2), "number");
  cell(row, number(last.indirect_t, 2), "number");
  cell(row, number(last.see_direct, 4), "number");
  cell(row, percent(last.coverage), "number " + coverageClass(last));
  const windows = number(process.windows, 0) + " / " + number(process.missing_windows, 0);
  cell(row, windows, "number");
  cell(row, number((process.month || {}).direct_t, 1), "number");
  cell(row, number((process.year || {}).direct_t, 1), "number");
  row.addEventListener("click", () => {
    chosen = nameOf(process);
    refresh();
  });
}

function showProcesses(processes) {
  const tbody = body("#processes");
  find("#no-processes").hidden = processes.length > 0;
  processes.forEach((process) => showProcess(tbody, process));
}

function showHour(tbody, hour, zone) {
  const row = tbody.insertRow();
  cell(row, localTime(hour.window_start, zone));
  cell(row, String(hour.revision), "number");
  cell(row, number(hour.direct_t, 3), "number");
  cell(row, number(hour.indirect_t, 3), "number");
  cell(row, number(hour.activity, 2) + (hour.unit ? " " + hour.unit : ""), "number");
  cell(row, number(hour.electricity_mwh, 2), "number");
  cell(row, number(hour.see_direct, 4), "number");
  cell(row, percent(hour.coverage), "number " + coverageClass(hour));
  const link = document.createElement("a");
  link.href = "v1/summaries/" + encodeURIComponent(hour.key);
  link.textContent = hour.key.slice(0, 8);
  cell(row, "").append(link);
}

// One row a local day, one cell a local hour; of several windows in an hour the least
// covered is shown.
function showDays(hours, zone) {
  const day = formatter(zone, { year: "numeric", month: "2-digit", day: "2-digit" });
  const hourOf = formatter(zone, { hour: "2-digit", hourCycle: "h23" });
  const days = new Map();
  for (const hour of hours) {
    const start = new Date(hour.window_start);
    const label = day.format(start);
    const at = Number(hourOf.format(start)) % 24;
    if (!days.has(label)) {
      days.set(label, new Array(24).fill(null));
    }
    const old = days.get(label)[at];
    if (!old || (hour.coverage || 0) < (old.coverage || 0)) {
      days.get(label)[at] = hour;
    }
  }
  const head = find("#days thead");
  head.replaceChildren();
  const top = head.insertRow();
  for (const text of ["Day", ...Array.from({ length: 24 }, (_, i) => String(i))]) {
    const th = document.createElement("th");
    th.textContent = text;
    top.append(th);
  }
  const tbody = body("#days");
  for (const [label, cells] of [...days].reverse()) {
    const row = tbody.insertRow();
    cell(row, label);
    for (const hour of cells) {
      const text = hour ? String(Math.floor(100 * (hour.coverage || 0))) : "·";
      cell(row, text, hour ? coverageClass(hour) : "absent");
    }
  }
}

async function showHours(process) {
  const end = Date.parse(process.last_window_end);
  const from = new Date(end - DAYS_SHOWN * 24 * HOUR_MS).toISOString();
  const query = new URLSearchParams({
    installation: process.installation,
    process: process.process,
    from,
    limit: "1000",
  });
  const hours = await askAll("v1/summaries?" + query);
  find("#hours-section").hidden = false;
  find("#hours-title").textContent =
    "Hours of " + process.process + ", " + (process.time_zone || "UTC");
  showDays(hours, process.time_zone);
  const tbody = body("#hours");
  hours.slice(-24).reverse().forEach((hour) => showHour(tbody, hour, process.time_zone));
}

function showGateways(gateways) {
  const tbody = body("#gateways");
  for (const gateway of gateways) {
    const row = tbody.insertRow();
    cell(row, gateway.gateway);
    cell(row, gateway.operator);
    cell(row, gateway.installations.join(", "));
    cell(row, localTime(gateway.last_window_end, "UTC") + (gateway.last_window_end ? " UTC" : ""));
    cell(row, number(gateway.windows, 0), "number");
    cell(row, number(gateway.missing_windows, 0), "number");
    cell(row, gateway.signed ? "required" : "no");
  }
}

async function load() {
  const [health, processes, gateways] = await Promise.all([
    ask("healthz"),
    askAll("v1/processes"),
    ask("v1/gateways"),
  ]);
  find("#registry").textContent = health.registry;
  if (!chosen && processes.length > 0) {
    chosen = nameOf(processes[0]);
  }
  showProcesses(processes);
  showGateways(gateways.items);
  const process = processes.find((item) => nameOf(item) === chosen);
  if (process) {
    await showHours(process);
  }
}

async function refresh() {
  const status = find("#status");
  try {
    await load();
    status.className = "";
    status.textContent = "As of " + localTime(new Date().toISOString(), "UTC") + " UTC";
  } catch (error) {
    status.className = "bad";
    status.textContent = "The registry does not answer: " + error.message;
  }
}

refresh();
setInterval(() => {
  if (!document.hidden) {
    refresh();
  }
}, REFRESH_MS);

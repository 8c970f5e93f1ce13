// SPDX-License-Identifier: Apache-2.0
// Numbers with a fixed number of decimals so that columns align, and times in the
// installation's time zone.

const formats = new Map();
let zone = "UTC";

export function number(value, digits) {
  if (value === undefined || value === null || !Number.isFinite(value)) {
    return "–";
  }
  if (!formats.has(digits)) {
    formats.set(digits, new Intl.NumberFormat("en-GB", {
      minimumFractionDigits: digits, maximumFractionDigits: digits }));
  }
  return formats.get(digits).format(value);
}

// As many decimals as the size of a number deserves.
export function sized(value) {
  const size = Math.abs(value);
  const digits = size >= 10000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
  return number(value, size === 0 ? 0 : digits);
}

// A factor as it was written, to seven digits.
const exactly = new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 7 });
export const exact = (value) => (Number.isFinite(value) ? exactly.format(value) : "–");

export const percent = (share) =>
  share === undefined || share === null ? "–" : number(100 * share, share === 1 ? 0 : 1) + " %";

const SIZES = ["B", "kB", "MB", "GB", "TB"];
export function bytes(count) {
  let step = 0;
  for (; count >= 1000 && step < SIZES.length - 1; step++) {
    count /= 1000;
  }
  return number(count, step === 0 || count >= 100 ? 0 : 1) + " " + SIZES[step];
}

// "t CO2e" as people write it.
export const unit = (text) => (text || "").replace(/CO2/g, "CO₂").replace(/N2O/g, "N₂O");

export function age(ms) {
  if (!Number.isFinite(ms)) {
    return "never";
  }
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 100) {
    return s + " s";
  }
  return s < 6000 ? Math.round(s / 60) + " min"
    : s < 172800 ? Math.round(s / 3600) + " h" : Math.round(s / 86400) + " d";
}

// ---- times ----

const clocks = new Map();

function clock(options) {
  const key = zone + JSON.stringify(options);
  if (!clocks.has(key)) {
    clocks.set(key, new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone }));
  }
  return clocks.get(key);
}

// A zone that the browser does not know is shown as UTC.
export function useZone(name) {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: name });
    zone = name;
  } catch {
    zone = "UTC";
  }
}

export const zoneName = () => zone;
export const dayTime = (ms) => clock({ day: "numeric", month: "short", hour: "2-digit",
  minute: "2-digit", hourCycle: "h23" }).format(ms);
export const hourMinute = (ms) => clock({ hour: "2-digit", minute: "2-digit",
  hourCycle: "h23" }).format(ms);
export const second = (ms) => clock({ hour: "2-digit", minute: "2-digit", second: "2-digit",
  hourCycle: "h23" }).format(ms);
export const day = (ms) => clock({ weekday: "short", day: "numeric", month: "short" }).format(ms);
export const month = (ms) => clock({ month: "long", year: "numeric" }).format(ms);

export function parts(ms) {
  const found = {};
  for (const { type, value } of clock({ year: "numeric", month: "numeric", day: "numeric",
    hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" })
    .formatToParts(ms)) {
    found[type] = Number(value);
  }
  return found;
}

// The UTC time of a local one; the offset is looked up where it lands.
function fromLocal(local) {
  let at = local;
  for (let turn = 0; turn < 2; turn++) {
    const p = parts(at);
    at += local - Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second);
  }
  return at;
}

const midnight = (year, monthIndex, date) => fromLocal(Date.UTC(year, monthIndex, date));

// A field "2026-07-15T08:30" in the zone, from and to UTC.
export const utcOf = (text) => fromLocal(Date.parse(text + "Z"));

export function localInput(ms) {
  const p = parts(ms);
  return new Date(Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute)).toISOString().slice(0, 16);
}

export function startOfDay(ms, days = 0) {
  const p = parts(ms);
  return midnight(p.year, p.month - 1, p.day + days);
}

export function startOfYear(ms) {
  return midnight(parts(ms).year, 0, 1);
}

export function startOfMonth(ms, months = 0) {
  const p = parts(ms);
  return midnight(p.year, p.month - 1 + months, 1);
}

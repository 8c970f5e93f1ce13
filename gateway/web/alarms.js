// SPDX-License-Identifier: Apache-2.0
// What needs a person, made from the live state: worst first, each with its cause.
import { el, find, name } from "./dom.js";
import { age, dayTime, number } from "./format.js";
import { acknowledge, acknowledgedBy, isOperator } from "./operator.js";

const SILENT_INTERVALS = 5;

let shown = "";

// What a process's last window complained of, and what lapses.
function fromProcesses(status, alarms) {
  for (const process of status.processes) {
    if (process.alarms) {
      alarms.push({ level: "warn", text: number(process.alarms, 0) + " alarms in the last hour of " +
        (process.name || process.id) + ": see Where does it come from?" });
    }
  }
  for (const lapse of status.lapses || []) {
    alarms.push({ level: lapse.over ? "bad" : "warn", text: lapse.what + " " + lapse.text });
  }
}

function fromStages(live, alarms) {
  for (const reason of live.ready.reasons || []) {
    alarms.push({ level: "bad", text: reason });
  }
  for (const sink of live.status.sinks) {
    if (sink.last_error && (!sink.last_success || sink.last_error_at > sink.last_success)) {
      alarms.push({ level: "bad", text: "sink " + sink.id + ": " + sink.last_error,
        since: Date.parse(sink.last_success) });
    }
    if (sink.set_aside) {
      alarms.push({ level: "warn", text: "sink " + sink.id + " refused for good: " +
        number(sink.set_aside, 0) + " summaries set aside" });
    }
  }
  const journal = live.status.journal;
  if (journal.days_left !== null && journal.days_left < 7) {
    alarms.push({ level: "warn", text: "the journal lasts " + number(journal.days_left, 1) +
      " days at the present rate" });
  }
  if (journal.quarantined) {
    alarms.push({ level: "warn", text: "the journal has quarantined " +
      number(journal.quarantined, 0) + " damaged parts" });
  }
}

function fromPoints(points, now, started, alarms) {
  for (const point of points || []) {
    const since = Date.parse(point.at || started);
    const silent = now - since;
    const limit = SILENT_INTERVALS * (point.interval_s || 60) * 1000;
    if (point.quality === "bad") {
      alarms.push({ level: "warn", text: "says its value is bad", point: point.id });
    } else if (point.interval_s && silent > limit) {
      alarms.push({ level: "warn", point: point.id, since,
        text: point.at ? "silent for " + age(silent) : "not heard since the start, " + age(silent) });
    }
  }
}

// How long a point is silent changes from second to second; which one it is does not.
const keyOf = (alarm) => [alarm.point, alarm.text.replace(/ \d+ (s|min|h|d)$/, "")].filter(Boolean).join(" ");

// An acknowledgement counts for the alarm it was given to, not for the next of its kind.
function seenBy(alarm) {
  const seen = acknowledgedBy(keyOf(alarm));
  return seen && !(seen.at < alarm.since) ? seen : null;
}

function handle(alarm) {
  const key = keyOf(alarm);
  const seen = seenBy(alarm);
  if (seen) {
    return el("span", { class: "soft seen" }, " acknowledged by ", name(seen.who), ", " + dayTime(seen.at));
  }
  return isOperator() ? el("button", { type: "button", class: "plain", onclick: () =>
    acknowledge(key).catch((error) => window.alert(error.message)) }, "Acknowledge") : null;
}

export function showAlarms(live, now) {
  const alarms = [];
  fromStages(live, alarms);
  fromPoints(live.points, now, live.status.started, alarms);
  fromProcesses(live.status, alarms);
  alarms.sort((a, b) => (a.level < b.level ? -1 : a.level > b.level ? 1 : 0));
  const text = JSON.stringify([alarms, isOperator(), alarms.map(seenBy)]);
  if (text === shown) {
    return;
  }
  shown = text;
  const word = { bad: "Fault", warn: "Attention" };
  find("#alarms").replaceChildren(...alarms.slice(0, 8).map((alarm) =>
    el("li", { class: alarm.level }, el("strong", {}, word[alarm.level]), " ",
      alarm.point ? name(alarm.point) : "", alarm.point ? " " : "", el("bdi", {}, alarm.text), handle(alarm))),
  ...(alarms.length > 8 ? [el("li", { class: "warn" }, "and " + (alarms.length - 8) + " more")] : []));
}

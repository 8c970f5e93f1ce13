// SPDX-License-Identifier: Apache-2.0
// The way of the data as a strip: broker, journal, decode, windows, outbox, registry; each
// with its state in a word, its rate or stock, and what there is to know beside it.
import { classed, el, find, put } from "./dom.js";
import { age, bytes, hourMinute, number, second } from "./format.js";

const STAGES = ["Broker", "Journal", "Decode", "Windows", "Outbox", "Registry"];
const SPAN_MS = 30000; // that a rate is the mean of

let cards = null;
const counts = new Map(); // key -> [{count, now}], to make rates from

function rate(key, count, now) {
  const seen = counts.get(key) || [];
  if (seen.length && count < seen.at(-1).count) {
    seen.length = 0; // the gateway has started again
  }
  seen.push({ count, now });
  while (seen.length > 2 && seen[0].now < now - SPAN_MS) {
    seen.shift();
  }
  counts.set(key, seen);
  const ms = now - seen[0].now;
  return ms > 2000 ? (count - seen[0].count) / (ms / 1000) : undefined;
}

const perSecond = (value) => (value === undefined ? "–" : number(value, value < 10 ? 1 : 0));

function build() {
  cards = STAGES.map((stage) => {
    const parts = { state: el("span", { class: "state" }), big: el("strong"),
      unit: el("span", { class: "soft" }), lines: [el("span"), el("span")] };
    parts.card = el("li", { class: "card ok" }, el("h3", {}, stage, parts.state),
      el("p", { class: "big" }, parts.big, " ", parts.unit),
      el("p", { class: "lines" }, parts.lines));
    return parts;
  });
  find("#flow").replaceChildren(...cards.map((parts) => parts.card));
}

function show(index, state, word, big, unit, lines) {
  const parts = cards[index];
  classed(parts.card, "card " + state);
  put(parts.state, word);
  put(parts.big, big);
  put(parts.unit, unit);
  parts.lines.forEach((line, i) => put(line, lines[i]));
}

function since(text, now) {
  return text ? age(now - Date.parse(text)) : "never";
}

function showBroker(brokers, now) {
  const down = brokers.filter((b) => !b.connected);
  const count = brokers.reduce((sum, b) => sum + b.messages, 0);
  const dropped = brokers.reduce((sum, b) => sum + b.broker_dropped, 0);
  const last = brokers.map((b) => b.last_message || "").sort().pop();
  const state = down.length ? "bad" : brokers.every((b) => b.subscribed) ? "ok" : "warn";
  const word = down.length ? "not connected" : state === "ok" ? "connected" : "not subscribed";
  show(0, state, word, perSecond(rate("messages", count, now)), "messages/s",
    ["last " + since(last, now) + " ago", dropped ? number(dropped, 0) + " dropped by the broker"
      : number(count, 0) + " since start"]);
}

function showJournal(journal) {
  const days = journal.days_left;
  const state = journal.full || journal.problem ? "bad" : days !== null && days < 7 ? "warn" : "ok";
  const word = journal.full ? "full" : journal.problem ? "failed" : "durable";
  show(1, state, word, days === null ? "–" : number(days, days < 10 ? 1 : 0), "days left",
    [bytes(journal.bytes) + " of " + (journal.quota ? bytes(journal.quota) : "the disk"),
      "record " + number(journal.durable_record, 0)]);
}

function showDecode(pipeline, now) {
  const bad = pipeline.rejected || 0;
  const backlog = pipeline.backlog_records;
  const state = pipeline.problem ? "bad" : backlog > 10000 ? "warn" : "ok";
  const word = pipeline.problem ? "waits" : backlog > 1000 ? "catching up" : "up to date";
  show(2, state, word, perSecond(rate("readings", pipeline.readings || 0, now)), "readings/s",
    [number(backlog, 0) + " records behind", number(bad, 0) + " messages rejected"]);
}

function showWindows(status, now) {
  const open = status.processes.map((p) => p.open_window).filter(Boolean).sort()[0];
  const marks = status.processes.map((p) => p.watermark).filter(Boolean).sort();
  const behind = marks.length ? now - Date.parse(marks[0]) : NaN;
  show(3, "ok", open ? "open" : "none yet", open ? hourMinute(Date.parse(open)) : "–",
    open ? "window open" : "", [marks.length ? "data up to " + age(behind) + " ago" : "",
      number(status.processes.length, 0) + " processes"]);
}

function showOutbox(status, now) {
  const waiting = status.sinks.reduce((sum, sink) => sum + (sink.waiting || 0), 0);
  const oldest = status.sinks.map((s) => s.oldest_waiting).filter(Boolean).sort()[0];
  show(4, waiting > 100 ? "warn" : "ok", waiting ? "sending" : "empty", number(waiting, 0),
    "waiting", [oldest ? "oldest window " + since(oldest, now) + " ago" : "nothing owed",
      number(status.outbox.summaries, 0) + " summaries"]);
}

function showSinks(sinks, now) {
  if (!sinks.length) {
    show(5, "wait", "no sink", "–", "", ["nothing is forwarded", ""]);
    return;
  }
  const failing = sinks.filter((s) => s.last_error_at &&
    (!s.last_success || s.last_error_at > s.last_success));
  const aside = sinks.reduce((sum, sink) => sum + (sink.set_aside || 0), 0);
  const last = sinks.map((s) => s.last_success || "").sort().pop();
  const done = sinks.reduce((sum, sink) => sum + (sink.done || 0), 0);
  show(5, failing.length ? "bad" : aside ? "warn" : "ok",
    failing.length ? "not reached" : "reached", number(done, 0), "receipts",
    [last ? "last at " + second(Date.parse(last)) : "none yet",
      aside ? number(aside, 0) + " set aside" : sinks.map((s) => s.id).join(", ")]);
}

export function showFlow(live, now) {
  const status = live.status;
  if (!cards) {
    build();
  }
  showBroker(status.brokers, now);
  showJournal(status.journal);
  showDecode(status.pipeline, now);
  showWindows(status, now);
  showOutbox(status, now);
  showSinks(status.sinks, now);
}

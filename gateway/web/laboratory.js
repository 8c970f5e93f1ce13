// SPDX-License-Identifier: Apache-2.0
// A laboratory's result: the value of an input from a time on, with its report. It counts in
// every hour from then on, in closed ones as far as they can be amended.
import { ask, el, name, send, table } from "./dom.js";
import { dayTime, exact, localInput, number, unit, utcOf, zoneName } from "./format.js";
import { field, form } from "./operator.js";

const words = (place) => place.stream + ": " + place.input.replaceAll("_", " ");

const since = (text) => (text ? "since " + dayTime(Date.parse(text)) : "always");

function showNow(place, line, units) {
  const now = place.now;
  line.replaceChildren("Now " + exact(now.value) + " " + unit(now.unit || place.units.split("|")[0]) + ", " +
    since(now.from) + ": ", name(now.source || now.origin || ""));
  units.replaceChildren(...place.units.split("|").map((one) => el("option", { value: one }, unit(one))));
}

function entered(results) {
  return results.length ? [el("h3", {}, "Entered so far"), el("div", { class: "scroll tall", tabindex: "0",
    role: "region", "aria-label": "Laboratory results" }, table([{ text: "Place" }, { text: "Value", n: true },
    { text: "Unit" }, { text: "Valid from" }, { text: "Report" }, { text: "Record", n: true }],
  results.map((one) => el("tr", {}, el("td", { class: "wrap" }, name(one.place), one.known ? null
    : el("small", {}, "not in this configuration: does not count")), el("td", { class: "n" }, exact(one.value)),
  el("td", {}, unit(one.unit)), el("td", {}, dayTime(Date.parse(one.from))), el("td", { class: "wrap" },
    name(one.source)), el("td", { class: "n" }, number(one.record, 0))))))] : [];
}

export async function laboratory() {
  const answer = await ask("v1/laboratory");
  const places = answer.places || [];
  if (!places.length) {
    return [el("p", { class: "soft" }, "No input of a stream takes one.")];
  }
  const place = el("select", { id: "enter-place" }, places.map((one) =>
    el("option", { value: one.place }, one.process + " · " + words(one))));
  const units = el("select", { id: "enter-unit" });
  const value = el("input", { id: "enter-result", "data-field": "value", inputmode: "decimal", required: true, autocomplete: "off" });
  const from = el("input", { id: "enter-from", type: "datetime-local", value: localInput(Date.now()), required: true });
  const report = el("input", { id: "enter-words", required: true, maxlength: 300, autocomplete: "off" });
  const now = el("p", { class: "soft", "aria-live": "polite", id: "place-now" });
  const done = el("p", { "aria-live": "polite", id: "result-entered" });
  const list = el("div", { id: "results" }, entered(answer.results));
  const show = () => showNow(places.find((one) => one.place === place.value), now, units);
  place.addEventListener("change", show);
  show();
  return [form([field("Place", place), now, field("Result", value), field("Unit", units),
    field("Valid from", from, zoneName() + "; hours of the last " + number(answer.amend_s / 86400, 0) +
      " days are made again, older ones stay"),
    field("Report", report, "laboratory, sample and number of the report")], "Enter the result", async () => {
    const number_ = Number(value.value.trim().replace(",", "."));
    if (value.value.trim() === "" || !Number.isFinite(number_)) {
      throw new Error("value: want a number");
    }
    const made = await send("v1/entries", { place: place.value, value: number_, unit: units.value,
      from: new Date(utcOf(from.value)).toISOString(), words: report.value.trim() });
    done.textContent = "Entered: " + exact(number_) + " from " + dayTime(utcOf(from.value)) + " on, record " +
      number(made.record, 0);
    value.value = "";
  }), done, list];
}

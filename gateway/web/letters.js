// SPDX-License-Identifier: Apache-2.0
// Dead letters with their reason and bytes, and a box that tries a mapping on them by the
// very code of `emgate decode`; nothing is changed by it.
import { ask, el, find, name, openSheet, send, table } from "./dom.js";
import { dayTime, number, unit } from "./format.js";

const SHOWN = 50;

// A mapping to begin with: every member of a JSON object becomes a metric.
function draft(letter) {
  if (!(letter.payload || "").trimStart().startsWith("{")) {
    return "";
  }
  const levels = letter.topic.split("/");
  const device = levels.length > 1 ? levels.length - 2 : 0;
  const topic = levels.map((level, i) => (i === device ? "+" : level)).join("/");
  return "rules:\n  - topic: '" + topic.replaceAll("'", "''") + "'\n    device: '{topic." +
    device + "}'\n    emit:\n      - {each: '/*', metric: '{$1}', value: {path: .}}\n";
}

export async function loadLetters(count) {
  const letters = await ask("v1/deadletters?limit=" + SHOWN);
  const place = find("#letters");
  if (!letters.length) {
    place.replaceChildren(el("p", { class: "soft" }, "None."));
    return;
  }
  place.replaceChildren(
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "List of dead letters" },
      table([{ text: "Received" }, { text: "Topic" }, { text: "Reason" }, { text: "Payload" },
        { text: "Action", quiet: true }],
        letters.map(row))),
    el("p", { class: "soft" }, count > letters.length
      ? "The newest " + letters.length + " of " + number(count, 0) + "." : ""));
}

const shown = (letter) => letter.payload === undefined
  ? letter.payload_hex.replace(/(..)/g, "$1 ") : letter.payload;

function row(letter) {
  return el("tr", {}, el("td", {}, dayTime(Date.parse(letter.received))),
    el("td", { class: "wrap" }, name(letter.topic)),
    el("td", { class: "wrap" }, (letter.reason || "").replaceAll("_", " ") +
      (letter.partial ? " (in part)" : ""), el("br"), el("span", { class: "soft" }, name(letter.detail || ""))),
    el("td", {}, el("code", { class: "clip", dir: "ltr" }, shown(letter).slice(0, 80))),
    el("td", {}, el("button", { type: "button", class: "plain try", onclick: () => open(letter) }, "Try")));
}

function readingRow(reading) {
  return el("tr", {}, el("td", {}, name(reading.device)), el("td", {}, name(reading.metric)),
    el("td", { class: "n" }, name(String(reading.value))), el("td", {}, name(unit(reading.unit))),
    el("td", {}, reading.quality), el("td", {}, reading.ts ? dayTime(Date.parse(reading.ts)) : ""));
}

function tell(result) {
  return [el("p", { class: "total " + result.outcome }, result.outcome.replaceAll("_", " ") +
    (result.reason ? ": " + result.reason.replaceAll("_", " ") : "") + ", by " + result.adapter),
  result.detail ? el("p", {}, name(result.detail)) : null,
  result.readings.length ? el("div", { class: "scroll" }, table([{ text: "Device" }, { text: "Metric" },
    { text: "Value", n: true }, { text: "Unit" }, { text: "Quality" }, { text: "Time" }],
  result.readings.map(readingRow))) : el("p", { class: "soft" }, "No readings.")];
}

function open(letter) {
  const result = el("div", { "aria-live": "polite" });
  const mapping = el("textarea", { id: "try-mapping", rows: "9", spellcheck: "false",
    "aria-describedby": "try-problems" });
  const problems = el("pre", { id: "try-problems", class: "problems", role: "alert" });
  mapping.value = draft(letter);
  const attempt = async () => {
    problems.textContent = "";
    mapping.removeAttribute("aria-invalid");
    try {
      const answer = await send("v1/decode", { topic: letter.topic, payload_hex: letter.payload_hex,
        mapping: mapping.value });
      result.replaceChildren(...tell(answer).filter(Boolean));
    } catch (error) {
      result.replaceChildren();
      problems.textContent = error.problems || error.message;
      mapping.setAttribute("aria-invalid", "true");
    }
  };
  openSheet(name(letter.topic),
    el("p", { class: "soft" }, (letter.reason || "").replaceAll("_", " ") + " ", name(letter.detail || "")),
    el("h3", {}, "Payload, " + number(letter.payload_len, 0) + " bytes"),
    el("pre", { class: "payload", tabindex: "0", dir: "ltr" }, shown(letter)),
    el("h3", {}, el("label", { for: "try-mapping" }, "Try this mapping")),
    el("p", { class: "soft" }, "YAML, as in docs/mapping.md; leave it empty to let the format be guessed. "
      + "Nothing is stored."),
    mapping, problems,
    el("p", {}, el("button", { type: "button", id: "try-run", onclick: attempt }, "Try")), result);
}

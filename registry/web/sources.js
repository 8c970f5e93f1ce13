// SPDX-License-Identifier: Apache-2.0
// Where the summaries come from: gateways and their evidence, what was refused, alarms.
import { download } from "./access.js";
import { ask, el, find, name, table } from "./dom.js";
import { age, dayTime, number, useZone } from "./format.js";

const SILENT_MS = 3 * 3600000;

export function alarmsOf(processes, refusals, now) {
  const alarms = [];
  for (const process of processes) {
    const label = process.installation + " · " + process.process;
    const silent = now - Date.parse(process.last_window_end);
    if (process.missing_windows) {
      alarms.push({ level: "bad", text: label + ": " + number(process.missing_windows, 0) + " hours are missing" });
    }
    if (silent > SILENT_MS) {
      alarms.push({ level: "warn", text: label + ": nothing since " + age(silent) });
    }
    const month = process.month;
    if (month && month.complete_windows < month.windows) {
      alarms.push({ level: "warn", text: label + ": " + number(month.windows - month.complete_windows, 0) +
        " incomplete hours this month" });
    }
  }
  const conflicts = refusals.filter((refusal) => refusal.verdict === "conflict").length;
  if (conflicts) {
    alarms.push({ level: "bad", text: number(conflicts, 0) + " summaries in conflict with what is stored" });
  }
  return alarms.sort((a, b) => (a.level < b.level ? -1 : a.level > b.level ? 1 : 0));
}

async function checkpointOf(gateway) {
  const answer = await ask("v1/checkpoints?" + new URLSearchParams({ gateway, limit: "1" }));
  return answer.items[0];
}

export async function showGateways(gateways) {
  useZone("UTC");
  const rows = [];
  for (const gateway of gateways) {
    const checkpoint = await checkpointOf(gateway.gateway).catch(() => undefined);
    rows.push(el("tr", {}, el("th", { scope: "row" }, name(gateway.gateway)), el("td", {}, name(gateway.operator || "")),
      el("td", { class: "wrap" }, name((gateway.installations || []).join(", "))),
      el("td", {}, gateway.last_window_end ? dayTime(Date.parse(gateway.last_window_end)) : "never"),
      el("td", { class: "n" }, number(gateway.windows, 0)), el("td", { class: "n" }, number(gateway.missing_windows, 0)),
      el("td", {}, gateway.signed ? "required" : "not required"),
      el("td", {}, checkpoint ? number(checkpoint.size, 0) + " records" : "none")));
  }
  find("#gateways").replaceChildren(el("div", { class: "scroll", tabindex: "0", role: "region",
    "aria-label": "List of gateways" }, table([{ text: "Gateway" }, { text: "Operator" }, { text: "Installations" },
    { text: "Newest hour, UTC" }, { text: "Hours", n: true }, { text: "Missing", n: true }, { text: "Signature" },
    { text: "Checkpoint" }], rows)));
}

export function showRefusals(refusals) {
  useZone("UTC");
  find("#refusals").replaceChildren(refusals.length
    ? el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "List of refusals" },
      table([{ text: "Last, UTC" }, { text: "Gateway" }, { text: "Verdict" }, { text: "Reason" },
        { text: "Times", n: true }, { text: "Bytes" }],
      [...refusals].reverse().slice(0, 100).map((refusal) => el("tr", {},
        el("td", {}, dayTime(Date.parse(refusal.last))), el("td", {}, name(refusal.gateway)),
        el("td", {}, refusal.verdict), el("td", { class: "wrap" }, name(refusal.reason.replaceAll("_", " ")),
          el("small", {}, name(refusal.detail || ""))), el("td", { class: "n" }, number(refusal.times, 0)),
        el("td", {}, download("Envelope", "v1/refusals/" + encodeURIComponent(refusal.key) +
          "/envelope", refusal.key.slice(0, 16) + ".envelope"))))))
    : el("p", { class: "soft" }, "None."));
}

// SPDX-License-Identifier: Apache-2.0
// Evidence packs: what each covers, what the check at its arrival found, and its bytes.
import { download } from "./access.js";
import { el, find, name, openSheet, table } from "./dom.js";
import { bytes, dayTime, number, useZone } from "./format.js";

const period = (pack) => dayTime(Date.parse(pack.from)) + " to " + dayTime(Date.parse(pack.to));

const get = (pack, words) => download(words, "v1/packs/" + pack.key, pack.gateway.replaceAll(/[^\w-]/g, "-") + "-" +
  pack.key.slice(0, 12) + ".pack");

const held = (pack) => pack.checks.filter((check) => check.outcome === "held").length;

function open(pack) {
  useZone("UTC");
  openSheet(name(pack.gateway),
    el("p", { class: "crumb" }, period(pack) + " UTC"),
    el("dl", { class: "facts" }, [["Process", pack.process || "all"], ["Form", pack.form === "whole"
      ? "whole: summaries can be made again from it" : "proofs of what is in it"],
    ["Summaries", number(pack.summaries, 0) + ", of these stored here " + number(pack.summaries_stored, 0)],
    ["Journal", number(pack.records, 0) + " records"],
    ["Checkpoints", number(pack.checkpoints, 0) + " stated here before agree with it"],
    ["Key", pack.key_enrolled ? "the gateway's, as enrolled" : "the pack's own: none is enrolled"],
    ["Arrived", dayTime(Date.parse(pack.stored)) + " UTC"], ["SHA-256", pack.key]].map(([k, v]) =>
      [el("dt", {}, k), el("dd", {}, name(v))])),
    el("p", { class: "downloads" }, get(pack, "Download, " + bytes(pack.size))),
    el("h3", {}, "What was checked"),
    el("div", { class: "scroll" }, table([{ text: "Check" }, { text: "Outcome" }, { text: "Text" }],
      pack.checks.map((check) => el("tr", {}, el("td", {}, check.check), el("td", {}, check.outcome),
        el("td", { class: "wrap" }, name([check.where, check.text].filter(Boolean).join(": "))))))));
}

export function showPacks(packs) {
  useZone("UTC");
  const rows = [...packs].sort((a, b) => b.stored_ns - a.stored_ns).map((pack) => el("tr", {},
    el("th", { scope: "row" }, name(pack.gateway), el("small", {}, name(pack.process || "all processes"))),
    el("td", {}, period(pack)), el("td", {}, pack.form), el("td", { class: "n" }, number(pack.summaries_stored, 0) +
      " of " + number(pack.summaries, 0)),
    el("td", {}, el("button", { type: "button", class: "link checked", onclick: () => open(pack) },
      (pack.key_enrolled ? "verified, " : "consistent, by a key not enrolled here, ") + number(held(pack), 0) +
      " checks held")),
    el("td", {}, dayTime(Date.parse(pack.stored))), el("td", {}, get(pack, bytes(pack.size)))));
  find("#packs").replaceChildren(rows.length
    ? el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "List of packs" },
      table([{ text: "Gateway" }, { text: "Hours, UTC" }, { text: "Form" }, { text: "Stored here", n: true },
        { text: "Verified" }, { text: "Arrived" }, { text: "Bytes" }], rows))
    : el("p", { class: "soft" }, "None was given yet. At the gateway: emgate pack, then POST v1/packs."));
}

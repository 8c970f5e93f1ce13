// SPDX-License-Identifier: Apache-2.0
// What `emgate doctor` finds: disk, clock, certificates, brokers and their settings, what
// lapses, and what the gateway says of itself; each with its fix. Worst first.
import { ask, el, find, name, put } from "./dom.js";
import { dayTime, number } from "./format.js";

const RUNNING_MS = 1000;
const AGAIN_MS = 120000;
const ORDER = ["fail", "warn", "ok"];
const WORDS = { fail: "Fault", warn: "Attention", ok: "Good" };

let timer = 0;

function row(finding) {
  return el("li", { class: finding.level }, el("strong", {}, WORDS[finding.level] || finding.level), " ",
    el("b", {}, name(finding.what)), " ", el("bdi", {}, finding.text),
    finding.fix ? el("small", {}, "To do: ", name(finding.fix)) : null);
}

function show(answer) {
  const list = [...(answer.findings || [])].sort((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level));
  const count = (level) => list.filter((one) => one.level === level).length;
  const good = list.filter((one) => one.level === "ok");
  find("#findings").replaceChildren(...list.filter((one) => one.level !== "ok").map(row));
  find("#findings-good").replaceChildren(...good.map(row));
  find("#findings-more").hidden = !good.length;
  put(find("#findings-more summary"), number(good.length, 0) + " things are as they should be");
  put(find("#findings-head"), answer.problem || (answer.at ? number(count("fail"), 0) + " wrong, " +
    number(count("warn"), 0) + " to look at, as of " + dayTime(Date.parse(answer.at)) : "Looking"));
}

async function load(again) {
  clearTimeout(timer);
  let answer = { running: false };
  try {
    answer = await ask("v1/findings" + (again ? "?again=1" : ""));
    if (answer.at || answer.running) {
      show(answer);
    }
  } finally {
    find("#findings-again").disabled = answer.running;
    timer = setTimeout(() => load(false).catch(() => {}), answer.running ? RUNNING_MS : AGAIN_MS);
  }
}

// The first look is taken when the rest of the page stands.
export function setUpFindings(complain) {
  find("#findings-again").addEventListener("click", () => load(true).catch(complain));
  timer = setTimeout(() => load(false).catch(() => {}), RUNNING_MS);
}

// SPDX-License-Identifier: Apache-2.0
// The registry's answers: whole lists, a process's days and hours, and the reference values
// of its good.
import { ask } from "./dom.js";

const PAGES_MAX = 20; // of a list; what is beyond is said to be beyond

// Follows "next" until everything is there.
export async function all(path) {
  const items = [];
  let after = "";
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = await ask(path + after);
    items.push(...answer.items);
    if (!answer.next) {
      break;
    }
    after = (path.includes("?") ? "&" : "?") + "after=" + encodeURIComponent(answer.next);
  }
  return items;
}

export const nameOf = (process) => process.installation + "/" + process.process;

const of = (process, more) => new URLSearchParams({ installation: process.installation,
  process: process.process, limit: "1000", ...more });

export const totals = (process, by, from) =>
  all("v1/totals?" + of(process, from ? { by, from } : { by }));

// Hours in the shape that the calendar draws.
export async function hours(process, fromMs, toMs) {
  const items = await all("v1/summaries?" + of(process, {
    from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() }));
  return items.map((item) => ({ start: Date.parse(item.window_start), direct: item.direct_t ?? null,
    indirect: item.indirect_t ?? null, coverage: item.coverage ?? 0, revision: item.revision,
    incomplete: !item.complete, key: item.key, item }));
}

// ---- default values and benchmarks ----

const ENTRY = /\{id: ([\w.]+), value: ([\d.]+) ([^,]+),\s*source: "([^"]*)"\}/g;
let references = null;

// They come as the factor files that the gateway calculates with.
export async function loadReferences() {
  const found = [];
  for (const file of ["cbam-defaults-pk.yaml", "cbam-benchmarks.yaml"]) {
    const text = await (await fetch("page/" + file)).text();
    for (const [, id, value, unit, source] of text.matchAll(ENTRY)) {
      found.push({ id, value: Number(value), unit, source });
    }
  }
  references = found;
}

// {default, benchmark} of the process's good by CN code and country; grey before white.
export function referenceOf(process) {
  const country = (process.country || "").toLowerCase();
  const match = (references || []).filter((one) => process.cn &&
    one.id.startsWith("default." + country + ".") && one.id.endsWith(".direct") &&
    one.source.endsWith(process.cn));
  const chosen = match.find((one) => one.id.includes("_grey")) || match[0];
  const good = chosen?.id.split(".")[2];
  return { default: chosen,
    benchmark: good && references.find((one) => one.id === "benchmark." + good) };
}

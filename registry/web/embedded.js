// SPDX-License-Identifier: Apache-2.0
// Specific embedded emissions of a process's goods, with their precursors: over its newest
// month and year, against default values and benchmarks.
import { ask, el, name, table } from "./dom.js";
import { number, percent, unit } from "./format.js";
import { referenceOf } from "./data.js";

const YOUNG_MS = 10000; // the processes of an installation share an answer this long
const known = new Map(); // installation and period -> {states, asked, answer}

// The days that a label such as 2026-07 or 2026 begins and ends with.
function daysOf(label) {
  const [year, month] = label.split("-").map(Number);
  const day = (y, m) => y + "-" + String(m).padStart(2, "0") + "-01";
  const next = month && month < 12 ? day(year, month + 1) : day(year + 1, 1);
  return [day(year, month || 1), next];
}

// Asked for again when the process has other windows.
async function goodsOf(process, label) {
  const [from, to] = daysOf(label);
  const place = process.installation + " " + label;
  const state = process.windows + " " + process.last_window_end;
  const kept = known.get(place);
  if (!kept || (kept.states.get(process.process) !== state && Date.now() - kept.asked > YOUNG_MS)) {
    known.set(place, { states: new Map([[process.process, state]]), asked: Date.now(),
      answer: ask("v1/embedded?" + new URLSearchParams({ installation: process.installation, from, to })) });
  } else if (!kept.states.has(process.process)) {
    kept.states.set(process.process, state);
  }
  const { goods } = await known.get(place).answer;
  return goods.find((good) => good.identifier === process.process);
}

// The good over its newest month; null where it has none.
export async function monthGood(process) {
  const label = process.month?.label;
  return label ? (await goodsOf(process, label).catch(() => null)) ?? null : null;
}

const exactly = (figure) => figure?.exact ?? undefined;
export const direct = (good) => exactly(good?.specific_embedded_emissions_direct);

// What the precursors bring: 0 for a good that has none.
function ofPrecursors(good, word) {
  const own = good["specific_attributed_emissions_" + word];
  const whole = exactly(good["specific_embedded_emissions_" + word]);
  return own ? whole === undefined || exactly(own) === undefined ? undefined : whole - own.exact : 0;
}

function change(from, to) {
  return from && to !== undefined ? (to > from ? "+" : "") + number(100 * (to - from) / from, 1) + " %" : "–";
}

const LINES = [
  ["Direct, of the process", (good) => exactly(good.specific_attributed_emissions_direct) ??
    (good.precursors ? undefined : direct(good))],
  ["Direct, of its precursors", (good) => ofPrecursors(good, "direct")],
  ["Direct", direct],
  ["Indirect, of its precursors", (good) => ofPrecursors(good, "indirect")],
  ["Indirect", (good) => exactly(good.specific_embedded_emissions_indirect)],
  ["Indirect that counts", (good) => exactly(good.specific_embedded_emissions_indirect_counted)],
];

const scroll = (label, ...body) => el("div", { class: "scroll", tabindex: "0", role: "region",
  "aria-label": label }, ...body);

function lines(goods, labels) {
  const row = (label, cells) => el("tr", {}, el("th", { scope: "row" }, label),
    ...cells.map((cell) => el("td", { class: "n" }, cell)));
  return table([{ text: "t CO₂e/" + unit(goods[0].functional_unit || "t") },
    ...labels.map((text) => ({ text, n: true }))],
  [...LINES.map(([label, pick]) => row(label, goods.map((good) => number(pick(good), 5)))),
    row("Made", goods.map((good) => number(exactly(good.activity_level), 3))),
    row("By default values", goods.map((good) =>
      good.share_of_default_values ? percent(exactly(good.share_of_default_values)) : "–"))]);
}

// Values of another unit are shown, not compared.
function against(process, good) {
  const reference = referenceOf(process);
  const ours = good.specific_embedded_emissions_direct;
  const line = ([label, one]) => [el("dt", {}, label), el("dd", {}, number(one.value, 3) + " " + unit(one.unit) +
    (one.unit === ours.unit ? ", ours is " + change(one.value, exactly(ours)) : "") + " (" + one.source + ")")];
  const pairs = [["Default value", reference.default], ["Benchmark", reference.benchmark]].filter(([, one]) => one);
  return pairs.length ? el("dl", { class: "facts", id: "embedded-against" }, pairs.map(line)) : "";
}

function precursors(good) {
  return good.precursors ? scroll("Precursors", table([{ text: "Precursor" }, { text: "From" },
    { text: "Consumed", n: true }, { text: "Direct", n: true }, { text: "Indirect", n: true }],
  good.precursors.map((one) => el("tr", {}, el("td", {}, name(one.identifier),
    el("small", {}, name((one.aggregated_goods_category || "").replaceAll("_", " ")))),
  el("td", {}, one.made_by_process ? name("process " + one.made_by_process)
    : name([one.country_of_origin, one.default_values_of ? "default values" : one.verification_report]
      .filter(Boolean).join(", "))),
  el("td", { class: "n" }, number(exactly(one.quantity_consumed), 3) + " " + unit(one.quantity_consumed.unit)),
  el("td", { class: "n" }, number(exactly(one.specific_embedded_emissions_direct), 5)),
  el("td", { class: "n" }, number(exactly(one.specific_embedded_emissions_indirect), 5)))))) : "";
}

// The section of a process's sheet.
export async function embedded(process) {
  const labels = [process.month?.label, process.year?.label].filter(Boolean);
  const found = await Promise.all(labels.map((label) => goodsOf(process, label).catch(() => null)));
  const goods = found.filter(Boolean);
  if (!goods.length) {
    return [];
  }
  const lacking = goods.find((good) => good.not_determined);
  return [el("h3", {}, "Specific embedded emissions"),
    scroll("Specific embedded emissions", lines(goods, labels.filter((_, i) => found[i]))),
    lacking ? el("p", { class: "soft" }, "Not determined: " + lacking.not_determined + ".") : "",
    against(process, goods[0]), precursors(goods[0])];
}

// SPDX-License-Identifier: Apache-2.0
// Totals over many processes by group and period, as the registry keeps them.
import { el, find, name, table } from "./dom.js";
import { number, percent } from "./format.js";
import { all } from "./data.js";

const ROWS_MAX = 200;

export async function showRollup() {
  const group = find("#group").value;
  const by = find("#by").value;
  const items = await all("v1/rollups?" + new URLSearchParams({ group, by, limit: "1000" }));
  items.sort((a, b) => (a.label < b.label ? 1 : a.label > b.label ? -1 : a.name < b.name ? -1 : 1));
  find("#rollup").replaceChildren(items.length
    ? el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Roll-up" },
      table([{ text: by[0].toUpperCase() + by.slice(1) }, { text: group[0].toUpperCase() + group.slice(1) },
        { text: "Direct, t CO₂e", n: true }, { text: "Indirect, t CO₂e", n: true },
        { text: "Electricity, MWh", n: true }, { text: "Fuel, TJ", n: true }, { text: "Hours", n: true },
        { text: "Complete", n: true }, { text: "Coverage", n: true }],
      items.slice(0, ROWS_MAX).map((item) => el("tr", {}, el("td", {}, item.label),
        el("td", {}, name(item.name || "not said")), ...[[item.direct_t, 1], [item.indirect_t, 1],
          [item.electricity_mwh, 1], [item.fuel_tj, 2], [item.windows, 0]].map(([value, digits]) =>
          el("td", { class: "n" }, number(value, digits))),
        el("td", { class: "n" }, percent(item.windows ? item.complete_windows / item.windows : undefined)),
        el("td", { class: "n" }, percent(item.coverage))))))
    : el("p", { class: "soft" }, "Nothing yet."));
}

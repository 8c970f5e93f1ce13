// SPDX-License-Identifier: Apache-2.0
// A process's hours as /v1/hours tells them, kept by start and added up.
import { ask } from "./dom.js";

export const HOUR_MS = 3600000;

// The API's times are nanoseconds, beyond what a double holds.
export const ns = (ms) => String(Math.round(ms)) + "000000";

// One sum over a period.
export const sums = (id, fromMs, toMs) => ask("v1/sums?" +
  new URLSearchParams({ process: id, from: ns(fromMs), to: ns(toMs) }));

export class Hours {
  constructor(id) {
    this.id = id;
    this.rows = new Map(); // start in ms -> row
    this.streams = [];
    this.unit = "";
    this.stepMs = HOUR_MS;
  }

  async load(fromMs, toMs) {
    const query = new URLSearchParams({ process: this.id, from: ns(fromMs), to: ns(toMs) });
    const answer = await ask("v1/hours?" + query);
    this.streams = answer.streams;
    this.unit = answer.unit;
    this.stepMs = answer.step_s * 1000;
    const width = answer.columns.length;
    for (const values of answer.rows) {
      const row = { streams: values.slice(width) };
      answer.columns.forEach((name, i) => { row[name] = values[i]; });
      row.start *= 1000;
      this.rows.set(row.start, row);
    }
  }

  between(fromMs, toMs) {
    return [...this.rows.values()].filter((row) => row.start >= fromMs && row.start < toMs)
      .sort((a, b) => a.start - b.start);
  }
}

// Sums of rows: what one of them lacks is counted, not guessed.
export function total(rows) {
  const sum = { hours: rows.length, lacking: 0, incomplete: 0, direct: 0, indirect: 0,
    activity: 0, electricity: 0, coverage: 0, streams: [] };
  for (const row of rows) {
    for (const name of ["direct", "indirect", "activity", "electricity", "coverage"]) {
      sum[name] += row[name] ?? 0;
    }
    row.streams.forEach((value, i) => { sum.streams[i] = (sum.streams[i] || 0) + (value ?? 0); });
    sum.lacking += row.direct === null ? 1 : 0;
    sum.incomplete += row.incomplete ? 1 : 0;
  }
  sum.coverage = rows.length ? sum.coverage / rows.length : null;
  sum.intensity = sum.activity > 0 ? sum.direct / sum.activity : null;
  return sum;
}

// SPDX-License-Identifier: Apache-2.0
// Charts by Chart.js: stacked bars of streams over hours or days, and a line of readings.
// Each has a table or a text beside it, so a canvas is a picture and no more.
import { number, sized } from "./format.js";

// Told apart by lightness as well as by hue.
const PALETTE = {
  light: ["#0b6b57", "#e0a33a", "#6b8fc9", "#8c4a6b", "#7bb8a4", "#555c63"],
  dark: ["#4fbfa4", "#e9b85c", "#8fb1e8", "#d58bb0", "#2f7f6d", "#9aa4ad"],
};

const dark = matchMedia("(prefers-color-scheme: dark)");
const redraws = new Set();

export const streamColour = (index) => {
  const colours = PALETTE[dark.matches ? "dark" : "light"];
  return colours[index % colours.length];
};

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export const onScheme = (redraw) => redraws.add(redraw);

dark.addEventListener("change", () => redraws.forEach((redraw) => redraw()));

function axes(unitText) {
  const ticks = { color: style("--soft"), font: { size: 11 }, maxRotation: 0 };
  return {
    x: { stacked: true, grid: { display: false }, border: { display: false },
      ticks: { ...ticks, autoSkipPadding: 14 } },
    y: { stacked: true, beginAtZero: true, grid: { color: style("--line"), drawBorder: false },
      ticks: { ...ticks, maxTicksLimit: 5, callback: (value) => number(value,
        Number.isInteger(value) ? 0 : 1) },
      title: { display: true, text: unitText, color: style("--soft"), font: { size: 11 } } },
  };
}

function tooltip(unitText) {
  return { callbacks: { label: (item) =>
    " " + item.dataset.label + "  " + sized(item.parsed.y) + " " + unitText } };
}

// `series`: [{label, values}], one value a label; `pick(index)` when a bar is chosen.
export class Bars {
  constructor(canvas, unitText, pick) {
    this.unitText = unitText;
    this.pick = pick;
    this.canvas = canvas;
    this.labels = [];
    this.series = [];
    redraws.add(() => this.redraw());
  }

  set(labels, series) {
    const text = JSON.stringify([labels, series]);
    if (text !== this.text) {
      this.text = text;
      this.labels = labels;
      this.series = series;
      this.redraw();
    }
  }

  redraw() {
    this.chart?.destroy();
    this.chart = new window.Chart(this.canvas, {
      type: "bar",
      data: { labels: this.labels, datasets: this.series.map((one, index) => ({
        label: one.label, data: one.values, backgroundColor: streamColour(index),
        barPercentage: 0.96, categoryPercentage: 0.9, borderRadius: 2 })) },
      options: { animation: false, responsive: true, maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        onClick: (event, items) => items.length && this.pick(items[0].index),
        onHover: (event, items) => {
          event.native.target.classList.toggle("pick", items.length > 0);
        },
        plugins: { legend: { display: false }, tooltip: tooltip(this.unitText) },
        scales: axes(this.unitText) },
    });
  }
}

// Readings of a point: [{x: ms, y: value}] in a window {from, to, clock}.
export function drawReadings(canvas, samples, unitText, { from, to, clock }) {
  const scales = axes(unitText);
  scales.x.stacked = scales.y.stacked = false;
  scales.y.beginAtZero = false;
  scales.x = { ...scales.x, type: "linear", min: from, max: to,
    ticks: { ...scales.x.ticks, stepSize: (to - from) / 6, callback: (value) => clock(value).slice(0, 5) } };
  return new window.Chart(canvas, {
    type: "line",
    data: { datasets: [{ label: unitText, data: samples, borderColor: streamColour(0),
      borderWidth: 1.4, pointRadius: samples.length > 120 ? 0 : 1.5, parsing: false,
      stepped: false }] },
    options: { animation: false, responsive: true, maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      plugins: { legend: { display: false }, tooltip: { callbacks: {
        title: (items) => clock(items[0].parsed.x),
        label: (item) => " " + sized(item.parsed.y) + " " + unitText } } },
      scales },
  });
}

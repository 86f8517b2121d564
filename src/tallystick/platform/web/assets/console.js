// Pages are whole without this file. It draws the charts marked .plot so that their values can be read off.
"use strict";

const lineColour = () => getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
const ruleColour = () => getComputedStyle(document.documentElement).getPropertyValue("--rule").trim();
const inkColour = () => getComputedStyle(document.documentElement).getPropertyValue("--ink-faint").trim();

const clock = (seconds) => new Date(seconds * 1000).toISOString().slice(11, 19);

function draw(figure) {
  const times = JSON.parse(figure.dataset.times);
  const values = JSON.parse(figure.dataset.values);
  if (times.length < 2) return;
  const axis = { stroke: inkColour(), grid: { stroke: ruleColour(), width: 1 }, ticks: { show: false }, font: "11px Inter" };
  const options = {
    width: figure.clientWidth,
    height: 150,
    cursor: { y: false },
    legend: { show: true },
    axes: [{ ...axis, values: (_, splits) => splits.map(clock) }, { ...axis, size: 46 }],
    scales: { y: { range: (_, low, high) => [Math.min(0, low), high || 1] } },
    series: [
      { label: "at", value: (_, at) => (at === null ? "–" : clock(at)) },
      {
        label: figure.dataset.label,
        stroke: lineColour(),
        width: 1.5,
        points: { show: false },
        value: (_, value) => (value === null ? "–" : `${value.toLocaleString()} ${figure.dataset.unit}`),
      },
    ],
  };
  figure.replaceChildren();
  new uPlot(options, [times.map((ms) => ms / 1000), values], figure);
}

function drawAll(root) {
  if (typeof uPlot === "undefined") return;
  for (const figure of root.querySelectorAll(".plot")) draw(figure);
}

// A page that nobody sees asks for nothing.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden) event.preventDefault();
});
document.addEventListener("DOMContentLoaded", () => drawAll(document));
document.addEventListener("htmx:load", (event) => drawAll(event.detail.elt));

// Lag, writes and bytes of a task over time.
(() => {
  "use strict";

  const place = document.querySelector("[data-series]");
  if (!place || typeof uPlot === "undefined") return;

  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(name).trim();
  const kinds = [
    ["Lag, ms", "lagMillis", "--working"],
    ["Writes/s", "writesPerSecond", "--accent"],
    ["Bytes/s", "bytesPerSecond", "--attention"],
  ];
  const axis = { stroke: color("--soft"), grid: { stroke: color("--line"), width: 1 } };
  const charts = kinds.map(([title, field, tone]) => {
    const box = document.createElement("div");
    box.className = "card";
    place.append(box);
    const chart = new uPlot(
      {
        title,
        width: Math.max(240, box.clientWidth - 40),
        height: 160,
        legend: { show: false },
        axes: [axis, { ...axis, size: 64 }],
        series: [{}, { stroke: color(tone), width: 2, label: title }],
      },
      [[], []],
      box,
    );
    return [chart, field];
  });

  const load = async () => {
    const answer = await fetch(place.dataset.series);
    if (!answer.ok) return;
    const series = await answer.json();
    for (const [chart, field] of charts) {
      chart.setData([series.time, series[field].map((v) => (v < 0 ? null : v))]);
    }
  };
  load();
  setInterval(load, 5000);
})();

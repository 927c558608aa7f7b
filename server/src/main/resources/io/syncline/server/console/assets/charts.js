// Lag, writes and bytes of a task over time; the pointer reads the value at its place in all three.
(() => {
  "use strict";

  const place = document.querySelector("[data-series]");
  if (!place || typeof uPlot === "undefined") return;

  const style = () => getComputedStyle(document.documentElement);
  const color = (name) => style().getPropertyValue(name).trim();
  const three = (value) => Number(value.toPrecision(3)).toLocaleString("en");
  // As the page's other numbers say it: 1 min 58 s, not 1.97 min.
  const parts = (value, of, big, small) => {
    const whole = Math.round(value);
    return Math.floor(whole / of) + big + (whole % of ? " " + (whole % of) + small : "");
  };
  const time = (millis) =>
    millis < 1000
      ? three(millis) + " ms"
      : millis < 60000
        ? three(millis / 1000) + " s"
        : millis < 3600000
          ? parts(millis / 1000, 60, " min", " s")
          : parts(millis / 60000, 60, " h", " min");
  const size = (bytes) =>
    bytes < 1024 ? three(bytes) + " B/s" : bytes < 1048576 ? three(bytes / 1024) + " KB/s" : three(bytes / 1048576) + " MB/s";
  // Steps of an axis, so that its words are round: half a minute, not 33 s; 4 KB, not 3.91 KB.
  const round = [1, 2, 5, 10, 20, 50, 100, 200, 500];
  const times = (unit, steps) => steps.map((step) => step * unit);
  const millis = [...round, ...times(1000, [1, 2, 5, 10, 15, 30]), ...times(60000, [1, 2, 5, 10, 15, 30]), ...times(3600000, [...round, 1000])];
  const bytes = [0, 1, 2, 3].flatMap((unit) => times(1024 ** unit, round));
  // The clock under the charts tells minutes, or days: a finer step would say the same word twice.
  const clocks = [...times(60, [1, 2, 5, 10, 15, 30]), ...times(3600, [1, 2, 3, 6, 12])];
  const days = times(86400, [1, 2, 5]);
  // Half a clock's width stays free at the right, so that the last one is whole.
  const margins = [8, 18, 0, 0];
  const kinds = [
    ["lagMillis", "--working", time, millis],
    ["writesPerSecond", "--accent", (v) => three(v) + " /s", undefined],
    ["bytesPerSecond", "--attention", size, bytes],
  ];
  const clock = (at) =>
    new Date(at * 1000).toLocaleString("en-GB", range === "7d" ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit" });
  const cards = [...place.querySelectorAll("[data-chart]")];
  let charts = [];
  let series;
  let range = "15m";

  const width = (box) => Math.max(200, box.clientWidth);
  const draw = () => {
    charts.forEach(({ chart }) => chart.destroy());
    charts = cards.map((card, i) => {
      const [field, tone, words, incrs] = kinds[i];
      const box = card.querySelector(".plot");
      const value = card.querySelector("output");
      const axis = {
        stroke: color("--soft"),
        grid: { stroke: color("--line"), width: 1 },
        ticks: { show: false },
        font: "11px system-ui, sans-serif",
      };
      const told = (u) => {
        const at = u.cursor.idx ?? u.data[0].length - 1;
        const v = u.data[1][at];
        const when = u.cursor.idx == null || !u.data[0].length ? "" : new Date(u.data[0][at] * 1000).toLocaleTimeString() + "  ";
        value.textContent = v == null ? "-" : when + words(v);
      };
      const chart = new uPlot(
        {
          width: width(box),
          height: 150,
          padding: margins,
          legend: { show: false },
          cursor: { sync: { key: "task" }, y: false, points: { size: 7 } },
          axes: [{ ...axis, space: 64, size: 30, incrs: () => (range === "7d" ? days : clocks), values: (u, all) => all.map(clock) }, { ...axis, size: 62, ...(incrs && { incrs }), values: (u, all) => all.map(words) }],
          scales: { y: { range: (u, low, high) => [0, high > 0 ? high * 1.1 : 1] } },
          series: [{}, { stroke: color(tone), width: 2, fill: color(tone) + "22", points: { show: false } }],
          hooks: { setCursor: [told], setData: [told] },
        },
        [[], []],
        box,
      );
      return { chart, field, box };
    });
    fill();
  };
  const fill = () => {
    if (!series) return;
    for (const { chart, field } of charts) {
      const times = [];
      const values = [];
      series.time.forEach((at, i) => {
        // A time without numbers is a gap, not a line.
        if (i && at - series.time[i - 1] > 3 * series.stepSeconds) {
          times.push(at - series.stepSeconds);
          values.push(null);
        }
        times.push(at);
        values.push(series[field][i] < 0 ? null : series[field][i]);
      });
      chart.setData([times, values]);
    }
  };
  const load = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(place.dataset.series + "?range=" + range);
      if (!answer.ok) return;
      series = await answer.json();
      fill();
      place.classList.toggle("no-points", series.time.length < 2);
    } catch {
      // The stream's own sign says that the connection is lost; old points stay.
    }
  };

  for (const button of document.querySelectorAll("[data-range]")) {
    button.addEventListener("click", () => {
      range = button.dataset.range;
      for (const each of document.querySelectorAll("[data-range]")) {
        each.setAttribute("aria-pressed", String(each === button));
      }
      load();
    });
  }
  new ResizeObserver(() => charts.forEach(({ chart, box }) => chart.setSize({ width: width(box), height: 150 }))).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
  load();
  setInterval(load, 5000);
})();

// Histogram and empirical distribution of the timed latencies, pooled and of each repeat.
import { logAxis, paddedRange, valueAxis } from '../axes.js';
import { legendHeight, legendOf, whiskers, zooms } from '../chart.js';
import { sortedLatencies, timedRuns } from '../data.js';
import { lowerBound, m4 } from '../downsample.js';
import { countIn, histogram } from '../statistics.js';
import { notesOf, remark, stamp, wordsOf } from '../status.js';
import { countText, figureText, measured, reasonOf, significant } from '../text.js';

/** @typedef {{row: any, rowData: import('../data.js').RowData}} Context */

const kPercentiles = [
  ['p50', 0.5, 'latency_p50'],
  ['p90', 0.9, 'latency_p90'],
  ['p95', 0.95, 'latency_p95'],
  ['p99', 0.99, 'latency_p99'],
  ['p999', 0.999, 'latency_p999'],
];
const kNames = { p999: 'p99.9' };
const kFigures = ['latency_mean'];

/** Percentiles of all repeats together with the bound that holds with 99 %, as the results tell them. */
function percentiles(row) {
  const { pooled_ms: pooled = {}, bound_ms: bounds = {} } = row.diagnostics ?? {};
  return kPercentiles
    .filter(([key]) => pooled[key] != null)
    .map(([key, share, figure]) => ({
      key,
      share,
      name: kNames[key] ?? key,
      value: pooled[key],
      bound: bounds[key] ?? null,
      figure: row[figure],
    }));
}

const refused = (row) =>
  kPercentiles
    .filter(([, , figure]) => row[figure] && !measured(row[figure]))
    .map(([key, , figure]) => `${kNames[key] ?? key} unmeasured: ${reasonOf(row[figure])}.`);

/** On a phone a line for each part. */
const linesFor = (view, lines) => (view.width < 500 ? lines.flatMap((line) => line.split(', ')) : lines);

const repeatName = (run) => `repeat ${run.repeat}`;
const kDashes = ['solid', 'dashed', 'dotted'];

/** @param {Context} context @returns {import('../chart.js').Plot} */
export function latencyHistogram({ row, rowData }) {
  const runs = timedRuns(rowData);
  if (runs.length === 0) return { empty: `No latencies: ${reasonOf(row.latency_mean)}.` };
  const names = ['all repeats', ...(runs.length > 1 ? runs.map(repeatName) : [])];
  const bins = () => {
    const { pooled, repeats } = sortedLatencies(rowData);
    const all = histogram(pooled);
    return {
      ...all,
      n: pooled.length,
      max: pooled.at(-1),
      min: pooled[0],
      repeats: repeats.map((one) => ({ ...countIn(one, all.edges), n: one.length })),
    };
  };
  return {
    label: `Histogram of the timed latencies of ${countText(runs.length, 'repeat')}, bins by Freedman and Diaconis.`,
    height: (width) => 300 + legendHeight(names, width),
    notes: () => [
      'Bins by Freedman and Diaconis; dashed: percentiles of all repeats together. What lies far from the rest stands apart at the edge, three bins wide.',
      ...notesOf(row, kFigures),
    ],
    option: (view) => {
      const { theme } = view;
      const { edges, counts, under, over, n, max, min, repeats } = bins();
      const width = edges[1] - edges[0];
      const invalid = wordsOf(row, kFigures).length > 0;
      // What lies beyond the bins is drawn at their ends, in another colour, three bins wide.
      const bars = counts.map((count, i) => [edges[i], edges[i + 1], (100 * count) / n, count, 0]);
      if (under > 0) bars.unshift([edges[0] - 4 * width, edges[0] - width, (100 * under) / n, under, 1]);
      if (over > 0) bars.push([edges.at(-1) + width, edges.at(-1) + 4 * width, (100 * over) / n, over, 1]);
      const beyond = [];
      if (under > 0) beyond.push(`${under.toLocaleString('en')} under ${significant(edges[0])} ms, least ${significant(min)} ms`);
      if (over > 0)
        beyond.push(`${over.toLocaleString('en')} over ${significant(edges.at(-1))} ms, greatest ${significant(max)} ms`);
      const margin = 1.5 * width;
      const lines = percentiles(row).filter(({ key, value }) => ['p50', 'p90', 'p99'].includes(key) && value <= bars.at(-1)[1]);
      const told = linesFor(view, [
        `${counts.length} bins of ${significant(width, 3)} ms, ${countText(n, 'latency', 'latencies')}`,
        ...beyond,
      ]);
      const top = legendHeight(names, view.width) + 26;
      return {
        title: [
          remark(theme, told, { right: 14, top: top + 4 }),
          stamp(theme, wordsOf(row, kFigures), top + 14 + 14 * told.length),
        ].filter(Boolean),
        legend: legendOf(theme, { data: names }),
        grid: { left: 58, right: 18, top, bottom: 46 },
        xAxis: valueAxis(theme, 'latency, ms', {
          min: bars[0][0] - margin,
          max: bars.at(-1)[1] + margin,
          nameGap: 28,
          axisLabel: { showMinLabel: false, showMaxLabel: false },
        }),
        yAxis: valueAxis(theme, 'share of the samples, %', { nameGap: 40 }),
        tooltip: {
          formatter: ({ value, seriesIndex }) =>
            seriesIndex > 0
              ? undefined
              : `${value[4] ? 'beyond the bins' : `${significant(value[0], 5)} to ${significant(value[1], 5)} ms`}\n${countText(value[3], 'latency', 'latencies')} (${significant(value[2], 3)} %)`,
        },
        series: [
          {
            type: 'custom',
            name: 'all repeats',
            data: bars,
            encode: { x: [0, 1], y: 2 },
            clip: true,
            itemStyle: { color: theme.series[0] },
            renderItem: (_, api) => {
              const [x, y] = api.coord([api.value(0), api.value(2)]);
              const [right, bottom] = api.coord([api.value(1), 0]);
              const rest = api.value(4) > 0;
              return {
                type: 'rect',
                shape: { x, y, width: Math.max(1, right - x - (right - x > 4 ? 1 : 0)), height: bottom - y },
                // Hollow where not to be believed.
                style: invalid
                  ? { fill: 'none', stroke: theme.alarm }
                  : { fill: rest ? theme.series[1] : theme.series[0], opacity: rest ? 1 : 0.55 },
              };
            },
            markLine: {
              silent: true,
              symbol: 'none',
              lineStyle: { color: theme.text, type: 'dashed', width: 1 },
              label: { color: theme.text, fontSize: 11, position: 'end', distance: 3, formatter: ({ name }) => name },
              data: lines.map(({ name, value }) => ({ name, xAxis: value })),
            },
          },
          ...(runs.length > 1 ? repeats : []).map((one, i) => ({
            type: 'line',
            name: repeatName(runs[i]),
            step: 'end',
            symbol: 'none',
            silent: true,
            z: 3,
            lineStyle: { width: 1.2, type: kDashes[i % 3], color: theme.series[(i + 1) % theme.series.length] },
            itemStyle: { color: theme.series[(i + 1) % theme.series.length] },
            data: [
              ...one.counts.map((count, k) => [edges[k], (100 * count) / one.n]),
              [edges.at(-1), (100 * (one.counts.at(-1) ?? 0)) / one.n],
            ],
          })),
        ],
      };
    },
    table: () => {
      const { edges, counts, under, over, repeats } = bins();
      const rows = counts.map((count, i) => [
        significant(edges[i], 6),
        significant(edges[i + 1], 6),
        count,
        ...repeats.map((one) => one.counts[i]),
      ]);
      if (under > 0) rows.unshift(['', significant(edges[0], 6), under, ...repeats.map((one) => one.under)]);
      if (over > 0) rows.push([significant(edges.at(-1), 6), '', over, ...repeats.map((one) => one.over)]);
      return { head: ['from, ms', 'to, ms', 'all', ...runs.map(repeatName)], rows };
    },
  };
}

/** @param {Context} context @returns {import('../chart.js').Plot} */
export function latencyEcdf({ row, rowData }) {
  const runs = timedRuns(rowData);
  if (runs.length === 0) return { empty: `No latencies: ${reasonOf(row.latency_mean)}.` };
  const names = ['all repeats', ...(runs.length > 1 ? runs.map(repeatName) : [])];
  const told = percentiles(row);
  // Of the tail: the share that took at least as long, which is 1/n for the greatest and never 0.
  const heightOf = (tail) => (i, of) => (tail ? Math.log10(1 - i / of) : (100 * (i + 1)) / of);
  const curveOf = (view, sorted, from, to) => {
    const height = heightOf(view.state.tail === true);
    return m4(sorted, sorted, from, to, Math.max(100, view.width - 90)).map((i) => [sorted[i], height(i, sorted.length)]);
  };
  return {
    label: `Cumulative distribution of the timed latencies. ${told
      .map(
        ({ name, value, bound }) =>
          `${name} ${significant(value)} ms${bound == null ? '' : `, at most ${significant(bound)} ms`}`,
      )
      .join('; ')}.`,
    height: (width) => 320 + legendHeight(names, width),
    controls: [
      {
        name: 'tail',
        text: 'Scale',
        values: [
          { value: false, text: 'share below' },
          { value: true, text: 'tail (logarithmic)' },
        ],
      },
    ],
    notes: () => [
      'Percentiles of all repeats together; the whisker ends at the bound that holds with 99 % confidence.',
      ...refused(row),
      ...notesOf(row, kFigures),
    ],
    zoomed: (view, from, to) => {
      const { pooled, repeats } = sortedLatencies(rowData);
      return {
        series: [
          { id: 'all', data: curveOf(view, pooled, from, to) },
          ...(runs.length > 1 ? repeats : []).map((sorted, i) => ({ id: `repeat${i}`, data: curveOf(view, sorted, from, to) })),
        ],
      };
    },
    option: (view) => {
      const { theme } = view;
      const tail = view.state.tail === true;
      const { pooled, repeats } = sortedLatencies(rowData);
      const n = pooled.length;
      // The share is read where most samples are; the tail is shown whole.
      const told99 = told.findLast(({ share, bound }) => share <= 0.99 && bound != null);
      const last = tail || !told99 ? pooled.at(-1) : Math.min(pooled.at(-1), told99.bound + 0.5 * (told99.bound - pooled[0]));
      const [min, max] = paddedRange(pooled[0], Math.max(last, ...(tail ? told.map(({ bound }) => bound ?? 0) : [])), false);
      const beyond = n - lowerBound(pooled, max);
      const further =
        beyond > 0
          ? [
              `${countText(beyond, 'latency', 'latencies')} further right, up to ${significant(pooled.at(-1))} ms:`,
              'the tail shows them',
            ]
          : [];
      const curve = (sorted) => curveOf(view, sorted, min, max);
      const marks = told
        .map((one) => ({ ...one, y: tail ? Math.log10(1 - one.share) : 100 * one.share }))
        .filter(({ y }) => !tail || y >= Math.log10(1 / n));
      const top = legendHeight(names, view.width) + 14;
      const y = tail
        ? logAxis(theme, 'share that takes at least as long', [10 ** Math.floor(Math.log10(1 / n)), 1], {
            nameGap: 46,
            axisLabel: {
              formatter: (value) =>
                value < -3 ? `${significant(10 ** value * 1e6, 2)} ppm` : `${significant(100 * 10 ** value, 2)} %`,
            },
          })
        : valueAxis(theme, 'share of the samples, %', { min: 0, max: 100, nameGap: 40 });
      return {
        title: [
          remark(theme, linesFor(view, further), { right: 20, bottom: view.print ? 50 : 78 }),
          stamp(theme, wordsOf(row, kFigures), top + 60),
        ].filter(Boolean),
        legend: legendOf(theme, { data: names }),
        grid: { left: 66, right: 18, top, bottom: view.print ? 46 : 72 },
        xAxis: valueAxis(theme, 'latency, ms', {
          min,
          max,
          nameGap: 26,
          axisLabel: { showMinLabel: false, showMaxLabel: false },
        }),
        yAxis: y,
        tooltip: {
          trigger: 'axis',
          formatter: (items) => {
            const [x] = items[0].value;
            let below = lowerBound(pooled, x);
            while (below < n && pooled[below] === x) ++below;
            return `${significant(x, 5)} ms\n${significant((100 * below) / n, 5)} % of all take no longer`;
          },
        },
        dataZoom: zooms(view, { xAxisIndex: 0 }),
        series: [
          {
            id: 'all',
            type: 'line',
            name: 'all repeats',
            data: curve(pooled),
            step: 'end',
            symbol: 'none',
            z: 3,
            lineStyle: { width: 2, color: theme.series[0] },
            itemStyle: { color: theme.series[0] },
          },
          ...(runs.length > 1 ? repeats : []).map((sorted, i) => ({
            id: `repeat${i}`,
            type: 'line',
            name: repeatName(runs[i]),
            data: curve(sorted),
            step: 'end',
            symbol: 'none',
            silent: true,
            lineStyle: { width: 1, type: kDashes[i % 3], color: theme.series[(i + 1) % theme.series.length] },
            itemStyle: { color: theme.series[(i + 1) % theme.series.length] },
          })),
          whiskers(
            marks.filter(({ bound }) => bound != null).map(({ value, y: at, bound }) => [value, at, value, bound]),
            true,
            theme.text,
          ),
          {
            type: 'scatter',
            silent: true,
            z: 6,
            symbol: 'diamond',
            symbolSize: 8,
            itemStyle: { color: theme.text },
            data: marks.map(({ value, y: at }) => [value, at]),
          },
          {
            type: 'scatter',
            silent: true,
            z: 7,
            symbolSize: 0.1,
            itemStyle: { color: 'transparent' },
            labelLayout: { moveOverlap: 'shiftY' },
            data: marks.map(({ name, value, bound, y: at }) => ({
              value: [bound ?? value, tail ? at : at - 3], // Below the line of 100 %.
              label: {
                show: true,
                position: 'right',
                distance: 8,
                color: theme.text,
                fontSize: 10.5,
                textBorderColor: theme.paper,
                textBorderWidth: 3,
                formatter: `${name} ${significant(value)} ms${bound == null || view.width < 500 ? '' : ` (≤ ${significant(bound)})`}`,
              },
            })),
          },
        ],
      };
    },
    table: () => ({
      head: ['percentile', 'of all repeats, ms', '99 % bound, ms', 'mean over processes'],
      rows: kPercentiles.map(([key, , figure]) => {
        const one = told.find((other) => other.key === key);
        return [
          kNames[key] ?? key,
          one ? significant(one.value, 6) : '',
          one?.bound == null ? '' : significant(one.bound, 6),
          row[figure] ? figureText(row[figure]) : '',
        ];
      }),
    }),
  };
}

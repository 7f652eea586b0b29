// Latency of every inference over time, a panel for each repeat.
import { paddedRange } from '../axes.js';
import { legendOf } from '../chart.js';
import { failedRuns, once, samplesOf, timedRuns } from '../data.js';
import { highest, lowerBound, m4 } from '../downsample.js';
import { stacked, zoomedAxes } from '../panels.js';
import { notesOf, stamp, wordsOf } from '../status.js';
import { countText, reasonOf, significant } from '../text.js';
import { bulk, quantile } from '../statistics.js';

const kPanel = 120;
const kGap = 26;
const kTop = 34;
const kLeft = 58;
const kRight = 14;
const kFigures = ['latency_mean'];

const extent = (values, begin, end) => {
  let lo = Number.POSITIVE_INFINITY;
  let hi = Number.NEGATIVE_INFINITY;
  for (let i = begin; i < end; ++i) {
    if (values[i] < lo) lo = values[i];
    if (values[i] > hi) hi = values[i];
  }
  return [lo, hi];
};

/** @param {{row: any, rowData: import('../data.js').RowData}} context @returns {import('../chart.js').Plot} */
export function latencyTime({ row, rowData }) {
  const whole = timedRuns(rowData);
  const failed = failedRuns(rowData);
  const runs = [...whole, ...failed];
  if (runs.length === 0) return { empty: `No latencies: ${reasonOf(row.latency_mean)}.` };
  const count = whole.reduce((sum, run) => sum + run.timed.latency_ms.length, 0);

  // The results tell outliers of the repeats that ended well, in their order.
  const panels = () =>
    runs.map((run, i) => ({
      run,
      warmup: samplesOf(run.warmup),
      timed: samplesOf(run.timed),
      outliers: row.diagnostics?.outliers?.[i] ?? [],
    }));
  const wholeRange = (parts) => {
    const begins = parts.map(({ warmup, timed }) => Math.min(warmup.start_s[0] ?? 0, timed.start_s[0]));
    const ends = parts.map(({ timed }) => timed.start_s.at(-1) + timed.latency_ms.at(-1) * 1e-3);
    return [Math.min(...begins), Math.max(...ends)];
  };

  /** Series and the common range of latencies for a range of time. */
  const sampled = (view, from, to) => {
    const columns = Math.max(100, Math.floor(view.width - kLeft - kRight));
    const parts = panels();
    let lo = Number.POSITIVE_INFINITY;
    let hi = Number.NEGATIVE_INFINITY;
    const series = [];
    parts.forEach(({ warmup, timed, outliers }, i) => {
      for (const part of [warmup, timed]) {
        const [least, greatest] = extent(part.latency_ms, lowerBound(part.start_s, from), lowerBound(part.start_s, to));
        lo = Math.min(lo, least);
        hi = Math.max(hi, greatest);
      }
      const pairs = (part, indices) => indices.map((k) => [part.start_s[k], part.latency_ms[k]]);
      const lines = (part) => pairs(part, m4(part.start_s, part.latency_ms, from, to, columns));
      series.push(
        { id: `warmup${i}`, data: lines(warmup) },
        { id: `timed${i}`, data: lines(timed) },
        { id: `outliers${i}`, data: pairs(timed, highest(outliers, timed.start_s, timed.latency_ms, from, to, columns / 4)) },
      );
    });
    if (view.state.bulk) [lo, hi] = bulkOf(parts);
    const [min, max] = Number.isFinite(lo) ? paddedRange(lo, hi) : [0, 1];
    // What is above the axis is not lost: its triangle stands at the upper edge.
    for (let k = 2; k < series.length; k += 3) series[k].data = series[k].data.map(([x, y]) => [x, Math.min(y, max)]);
    return { series, ranges: parts.map(() => [min, max]) };
  };

  const bulkOf = (parts) => {
    const bulks = parts.map(({ timed }) => bulk(once(timed, 'sorted', () => timed.latency_ms.slice().sort())));
    return [Math.min(...bulks.map(([lo]) => lo)), Math.max(...bulks.map(([, hi]) => hi))];
  };

  return {
    controls: [
      {
        name: 'bulk',
        text: 'Latency axis',
        values: [
          { value: false, text: 'all samples' },
          { value: true, text: 'without the extremes' },
        ],
      },
    ],
    label: `Latency of ${countText(count, 'timed inference')} over time in ${countText(whole.length, 'repeat')}, warm-up apart.`,
    height: () => kTop + runs.length * (kPanel + kGap) + 46,
    notes: () => [
      `Every sample counts: ${countText(count, 'timed latency', 'timed latencies')} in ${countText(whole.length, 'repeat')}. ` +
        'Drawn are the first, least, greatest and last of each pixel column; a zoom draws again from all. ' +
        'Triangles mark outliers, none of which was removed. Begins of inferences follow from the latencies and the window.',
      ...failed.map((run) => `Repeat ${run.repeat} failed and is in no figure: ${run.failure}.`),
      ...notesOf(row, kFigures),
    ],
    zoomed: (view, from, to) => {
      const { series, ranges } = sampled(view, from, to);
      return { series, ...zoomedAxes(from, to, ranges) };
    },
    option: (view) => {
      const { theme } = view;
      const parts = panels();
      const [from, to] = wholeRange(parts);
      const data = sampled(view, from, to);
      const names = ['warm-up (in no figure)', 'timed', 'outlier'];
      const looks = [
        { type: 'line', lineStyle: { width: 0.9, color: theme.faint, type: 'solid' }, itemStyle: { color: theme.faint } },
        { type: 'line', lineStyle: { width: 0.9, color: theme.series[0] }, itemStyle: { color: theme.series[0] } },
        { type: 'scatter', symbol: 'triangle', symbolSize: 7, itemStyle: { color: theme.series[1] }, z: 5 },
      ];
      const failedLook = {
        type: 'line',
        lineStyle: { width: 0.9, color: theme.alarm, type: 'dotted' },
        itemStyle: { color: theme.series[0] },
      };
      const invalid = row.latency_mean?.status === 'invalid';
      const shade = (i) => ({
        silent: true,
        itemStyle: { color: theme.shadeWarm },
        label: { show: i === 0, position: 'insideTop', color: theme.faint, fontSize: 10, formatter: 'warm-up' },
        data: [[{ xAxis: from }, { xAxis: 0 }]],
      });
      return {
        title: stamp(theme, wordsOf(row, kFigures), 24),
        legend: legendOf(theme, { data: names }),
        ...stacked(view, {
          left: kLeft,
          right: kRight,
          from,
          to,
          panels: runs.map((run, i) => ({
            top: kTop + i * (kPanel + kGap) + 12,
            height: kPanel - 4,
            name: `repeat ${run.repeat}${run.failure ? ' (FAILED)' : ''}: latency, ms${view.state.bulk ? ', without the extremes' : ''}`,
            range: data.ranges[i],
            more: {
              nameLocation: 'end',
              nameGap: 5,
              nameTextStyle: { color: theme.text, fontSize: 11, align: 'left', padding: [0, 0, 0, -44] },
            },
          })),
        }),
        tooltip: {
          trigger: 'axis',
          axisPointer: { type: 'line' },
          formatter: (items) =>
            [
              ...new Set(
                items
                  .filter(({ value }) => value)
                  .map(
                    ({ value, seriesName, axisIndex }) =>
                      `repeat ${runs[axisIndex]?.repeat}, ${significant(value[0], 5)} s: ${significant(value[1], 5)} ms (${seriesName.split(' ')[0]})`,
                  ),
              ),
            ].join('\n'),
        },
        series: data.series.map((one, k) => ({
          ...one,
          ...(k % 3 === 1 && (invalid || runs[Math.floor(k / 3)].failure) ? failedLook : looks[k % 3]),
          name: names[k % 3],
          xAxisIndex: Math.floor(k / 3),
          yAxisIndex: Math.floor(k / 3),
          showSymbol: k % 3 === 2,
          symbol: k % 3 === 2 ? 'triangle' : 'none',
          clip: true,
          markArea: k % 3 === 1 && from < 0 ? shade(Math.floor(k / 3)) : undefined,
        })),
      };
    },
    table: () => ({
      head: ['repeat', 'warm-up', 'timed', 'least, ms', 'median, ms', 'mean, ms', 'greatest, ms', 'outliers'],
      rows: panels().map(({ run, warmup, timed, outliers }) => {
        const sorted = timed.latency_ms.slice().sort();
        const mean = timed.latency_ms.reduce((sum, one) => sum + one, 0) / sorted.length;
        return [
          run.failure ? `${run.repeat} (failed)` : run.repeat,
          warmup.latency_ms.length,
          sorted.length,
          ...[sorted[0], quantile(sorted, 0.5), mean, sorted.at(-1)].map((x) => significant(x, 5)),
          outliers.length,
        ];
      }),
    }),
  };
}

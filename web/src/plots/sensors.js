// Everything that was read beside one repeat, on one time axis.
import { paddedRange } from '../axes.js';
import { legendHeight, legendOf } from '../chart.js';
import { readingsOf } from '../data.js';
import { gapsIn, lowerBound, m4 } from '../downsample.js';
import { stacked, zoomedAxes } from '../panels.js';
import { powerOrigin } from '../status.js';
import { boundaryText, reasonOf, significant, unitText } from '../text.js';

const kPanel = 118;
const kLeft = 62;
const kRight = 14;
const kKinds = ['power', 'temperature', 'clock', 'utilisation', 'other'];
const kKindNames = { power: 'power', temperature: 'temperature', clock: 'clock', utilisation: 'utilisation', other: '' };

const readingName = ({ name, boundary, simulated }) =>
  `${name}${boundary ? `, ${boundaryText(boundary)}` : ''}${simulated ? ' (simulated)' : ''}`;

/** Clocks in GHz and memory in GB, the rest as it is read: numbers of many digits would move the axis of their panel. */
const kScales = { Hz: { factor: 1e-9, unit: 'GHz' }, B: { factor: 1e-9, unit: 'GB' } };
const scaleOf = (unit) => kScales[unit] ?? { factor: 1, unit: unitText(unit) };

/** One panel for each kind and unit, in the order of kKinds. @param {import('../data.js').Reading[]} readings */
function panelsOf(readings) {
  const panels = new Map();
  for (const kind of kKinds) {
    for (const reading of readings.filter((one) => (kKinds.includes(one.kind) ? one.kind : 'other') === kind)) {
      const key = `${kind} ${reading.unit}`;
      if (!panels.has(key)) panels.set(key, { kind, ...scaleOf(reading.unit), readings: [] });
      panels.get(key).readings.push(reading);
    }
  }
  return [...panels.values()];
}

/** @param {{row: any, rowData: import('../data.js').RowData}} context @returns {import('../chart.js').Plot} */
export function sensorsTime({ row, rowData }) {
  const observed = (rowData?.runs ?? []).filter((run) => run.readings?.some(({ t_s: t }) => t.length > 0));
  if (observed.length === 0) return { empty: `Nothing was read beside the runs: ${reasonOf(row.power)}.` };
  const runOf = (state) => observed.find((run) => run.repeat === state.repeat) ?? observed[0];
  const readingsIn = (run) => run.readings.filter(({ t_s: t }) => t.length > 0);
  // As high as the repeat with the most needs, so that a choice of repeat moves nothing.
  const layout = (width) => {
    const tops = [];
    let height = 4;
    const most = observed.map((run) => panelsOf(readingsIn(run))).reduce((a, b) => (b.length > a.length ? b : a));
    for (const panel of most) {
      height += legendHeight(panel.readings.map(readingName), width - kLeft) + 6;
      tops.push(height);
      height += kPanel + 14;
    }
    return { tops, height: height + 50 };
  };
  const simulated = observed.some((run) => run.readings.some((one) => one.simulated));

  const sampled = (view, from, to) => {
    const columns = Math.max(100, Math.floor(view.width - kLeft - kRight));
    const panels = panelsOf(readingsIn(runOf(view.state)));
    const series = [];
    const ranges = panels.map((panel, i) => {
      let lo = Number.POSITIVE_INFINITY;
      let hi = Number.NEGATIVE_INFINITY;
      panel.readings.forEach((reading, k) => {
        const { t_s: t, value } = readingsOf(reading);
        for (let at = lowerBound(t, from); at < t.length && t[at] <= to; ++at) {
          lo = Math.min(lo, value[at] * panel.factor);
          hi = Math.max(hi, value[at] * panel.factor);
        }
        const gaps = gapsIn(t);
        const data = [];
        let gap = 0;
        let last = -1;
        for (const at of m4(t, value, from, to, columns)) {
          while (gap < gaps.length && gaps[gap] <= last) ++gap;
          if (last >= 0 && gap < gaps.length && gaps[gap] <= at) data.push([(t[last] + t[at]) / 2, null]);
          data.push([t[at], value[at] * panel.factor]);
          last = at;
        }
        series.push({ id: `s${i}-${k}`, data });
      });
      // The first panel has the windows' names above its lines.
      return Number.isFinite(lo) ? paddedRange(lo, i === 0 ? hi + 0.2 * (hi - lo) : hi) : [0, 1];
    });
    return { series, ranges };
  };

  const wholeRange = (run) => {
    let from = 0;
    let to = 0;
    for (const { begin_s: begin, end_s: end } of run.windows) {
      from = Math.min(from, begin);
      to = Math.max(to, end);
    }
    for (const reading of readingsIn(run)) {
      const { t_s: t } = readingsOf(reading);
      from = Math.min(from, t[0]);
      to = Math.max(to, t.at(-1));
    }
    return [from, to];
  };

  return {
    label: `Readings beside the runs over time: ${[...new Set(observed.flatMap((run) => run.readings.map(readingName)))].join('; ')}.`,
    height: (width) => layout(width).height,
    controls:
      observed.length > 1
        ? [{ name: 'repeat', text: 'Repeat', values: observed.map(({ repeat }) => ({ value: repeat, text: String(repeat) })) }]
        : [],
    notes: () => [
      'Shaded: the windows of the run. A line ends where readings are missing; nothing is filled in.',
      ...(simulated ? ['Dashed: read from a simulator, not from a device.'] : []),
      ...(powerOrigin(row).boundary ? [`The row's power was measured at: ${powerOrigin(row).text}.`] : []),
    ],
    zoomed: (view, from, to) => {
      const { series, ranges } = sampled(view, from, to);
      return { series, ...zoomedAxes(from, to, ranges) };
    },
    option: (view) => {
      const { theme } = view;
      const run = runOf(view.state);
      const panels = panelsOf(readingsIn(run));
      const { tops } = layout(view.width);
      const [from, to] = wholeRange(run);
      const data = sampled(view, from, to);
      const pixels = (view.width - kLeft - kRight) / (to - from || 1);
      const shades = { 'warm-up': theme.shadeWarm, timed: theme.shade };
      const windows = (first) => ({
        silent: true,
        data: run.windows
          .filter((one) => one.end_s > one.begin_s)
          .map((one) => [
            {
              xAxis: one.begin_s,
              name: one.name,
              itemStyle: { color: shades[one.name] ?? theme.shadeIdle },
              label: {
                // Where it fits; every window stands under Numbers.
                show: first && (one.end_s - one.begin_s) * pixels > 5.5 * one.name.length,
                position: 'insideTop',
                color: theme.faint,
                fontSize: 10,
                formatter: one.name,
              },
            },
            { xAxis: one.end_s },
          ]),
      });
      const colour = (k) => theme.series[k % theme.series.length];
      let at = 0;
      return {
        legend: panels.map((panel, i) =>
          legendOf(theme, {
            top: tops[i] - legendHeight(panel.readings.map(readingName), view.width - kLeft) - 2,
            left: kLeft,
            data: panel.readings.map(readingName),
          }),
        ),
        ...stacked(view, {
          left: kLeft,
          right: kRight,
          from,
          to,
          // Paper has no buttons that tell which of them this is.
          words: view.print && observed.length > 1 ? ` (repeat ${run.repeat})` : '',
          panels: panels.map((panel, i) => ({
            top: tops[i],
            height: kPanel - 8,
            name: [kKindNames[panel.kind], panel.unit].filter(Boolean).join(', '),
            range: data.ranges[i],
            more: { nameGap: 44 },
          })),
        }),
        tooltip: {
          trigger: 'axis',
          axisPointer: { type: 'line' },
          formatter: (items) => {
            const shown = items.filter(({ value }) => value?.[1] != null);
            return [
              ...shown.slice(0, 1).map(({ value }) => `${significant(value[0], 5)} s`),
              ...new Set(
                shown.map(
                  ({ seriesName, value, axisIndex }) => `${seriesName}: ${significant(value[1])} ${panels[axisIndex]?.unit}`,
                ),
              ),
            ].join('\n');
          },
        },
        series: panels.flatMap((panel, i) =>
          panel.readings.map((reading, k) => ({
            ...data.series[at++],
            type: 'line',
            name: readingName(reading),
            xAxisIndex: i,
            yAxisIndex: i,
            symbol: 'none',
            connectNulls: false,
            clip: true,
            lineStyle: { width: 1.4, color: colour(k), type: reading.simulated ? 'dashed' : 'solid' },
            itemStyle: { color: colour(k) },
            markArea: k === 0 ? windows(i === 0) : undefined,
          })),
        ),
      };
    },
    table: () => ({
      head: ['repeat', 'window', 'reading', 'unit', 'readings', 'least', 'mean of readings', 'greatest'],
      rows: observed.flatMap((run) =>
        run.windows.flatMap((one) =>
          readingsIn(run).map((reading) => {
            const { t_s: t, value } = readingsOf(reading);
            const within = value.subarray(lowerBound(t, one.begin_s), lowerBound(t, one.end_s));
            let [least, sum, greatest] = [Number.POSITIVE_INFINITY, 0, Number.NEGATIVE_INFINITY];
            for (const x of within) {
              least = Math.min(least, x);
              sum += x;
              greatest = Math.max(greatest, x);
            }
            const numbers =
              within.length === 0 ? ['', '', ''] : [least, sum / within.length, greatest].map((x) => significant(x));
            return [run.repeat, one.name, readingName(reading), unitText(reading.unit), within.length, ...numbers];
          }),
        ),
      ),
    }),
  };
}

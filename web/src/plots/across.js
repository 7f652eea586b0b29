// Rows side by side: performance, power, energy and accuracy.
import { categoryAxis, logAxis, logRange, logTicks, paddedRange, shortened, valueAxis } from '../axes.js';
import { legendHeight, legendOf, whiskers, zooms } from '../chart.js';
import { diagonals, extentOf, keyNote, kMarksNote, points, positiveExtentOf, withAlpha } from '../points.js';
import { comparable, describe, groupsOf, having, itemsOf, kindText, powerText, statusOf, unlikeNotes } from '../rows.js';
import { paretoFront } from '../statistics.js';
import { hatch } from '../theme.js';
import { countText, figureText, measured, significant } from '../text.js';

/** @typedef {{data: import('../data.js').Data}} Context */

const kLineIcon = 'path://M0,4L24,4L24,6L0,6Z';
const grid = (legend) => ({ left: 66, right: 26, top: legend + 14, bottom: 50 });
const missingNote = (missing) => (missing ? [`Not shown: ${missing}.`] : []);
const tableOf = (items, figures) => () => ({
  head: ['row', 'power at', ...Object.values(figures)],
  rows: items.map((item) => [
    item.name,
    item.row.power_sources?.length ? powerText(item) : '',
    ...Object.keys(figures).map((name) => figureText(item.row[name])),
  ]),
});

/** GOPS over W with lines of equal efficiency. @param {Context} context @returns {import('../chart.js').Plot} */
export function gopsPower({ data }) {
  const figures = { gops: 'performance', power: 'power', gops_per_watt: 'efficiency' };
  const items = itemsOf(data);
  const { there, missing } = having(items, ['gops', 'power']);
  if (there.length === 0) return { empty: `No row has both operations per second and power. ${missing}.` };
  const groups = groupsOf(there);
  const notes = [
    'Diagonals: equal GOPS/W. Whiskers: intervals of the figures.',
    kMarksNote,
    ...unlikeNotes(there),
    ...missingNote(missing),
  ];
  return {
    label: `Performance over power of ${countText(there.length, 'row')}, both logarithmic, with lines of equal efficiency.`,
    height: (width) => 380 + legendHeight(groups, width),
    notes: (width) => [...keyNote(width, there, ['gops', 'power']), ...notes],
    option: (view) => {
      const { theme } = view;
      const watts = logRange(...positiveExtentOf(there, 'power'));
      const gops = logRange(...positiveExtentOf(there, 'gops'));
      const lines = logTicks(gops[0] / watts[1], gops[1] / watts[0]).map((efficiency) => ({
        from: [Math.log10(watts[0]), Math.log10(watts[0] * efficiency)],
        to: [Math.log10(watts[1]), Math.log10(watts[1] * efficiency)],
        words: `${significant(efficiency, 3)} GOPS/W`,
      }));
      return {
        legend: legendOf(theme, { data: groups }),
        grid: grid(legendHeight(groups, view.width)),
        xAxis: logAxis(theme, 'power, W', watts, { nameGap: 28 }),
        yAxis: logAxis(theme, 'performance, GOPS', gops, { nameGap: 46 }),
        tooltip: {},
        series: [
          diagonals(theme, lines),
          ...points({
            view,
            items: there,
            groups,
            figures,
            x: { name: 'power', map: Math.log10 },
            y: { name: 'gops', map: Math.log10 },
          }),
        ],
      };
    },
    table: tableOf(items, figures),
  };
}

/** Latency against energy with the Pareto front. @param {Context} context @returns {import('../chart.js').Plot} */
export function latencyEnergy({ data }) {
  const figures = {
    latency_mean: 'inference time',
    energy_per_inference: 'energy per inference',
    energy_delay_product: 'energy-delay product',
  };
  const items = itemsOf(data);
  const { there, missing } = having(items, ['latency_mean', 'energy_per_inference']);
  if (there.length === 0) return { empty: `No row has both a latency and an energy. ${missing}.` };
  const groups = groupsOf(there);
  // A front of each kind of rows that may be ranked; figures that are not to be believed are in none.
  const usable = there.filter((item) => ['ok', 'warn'].includes(statusOf(item, ['latency_mean', 'energy_per_inference'])));
  const fronts = [...new Set(usable.map(comparable))].map((kind) => {
    const own = usable.filter((item) => comparable(item) === kind);
    const front = paretoFront(own.map(({ row }) => ({ x: row.latency_mean.value, y: row.energy_per_inference.value })));
    return { words: kindText(own[0], there), front: front.map((i) => own[i]) };
  });
  const lines = fronts.filter(({ front }) => front.length > 1);
  const alone = fronts.filter(({ front }) => front.length === 1);
  const frontNames = lines.map(({ words }) => `Pareto front (${words})`);
  const names = [...groups, ...frontNames];
  const notes = [
    'Less is better of both. A row on a front is beaten in both by no other of the same boundary, model, input size, batch, scenario and data; INVALID figures are in no front. Diagonals: equal energy-delay product.',
    ...alone.map(({ words, front }) => `The front (${words}) is ${front[0].name} alone.`),
    kMarksNote,
    ...unlikeNotes(there),
    ...missingNote(missing),
  ];
  return {
    label: `Inference time against energy of ${countText(there.length, 'row')}. ${fronts.map(({ words, front }) => `Pareto front (${words}): ${front.map(({ name }) => name).join(', ')}`).join('. ')}.`,
    height: (width) => 380 + legendHeight(names, width),
    notes: (width) => [...keyNote(width, there, ['latency_mean', 'energy_per_inference']), ...notes],
    option: (view) => {
      const { theme } = view;
      const times = logRange(...positiveExtentOf(there, 'latency_mean'));
      const energies = logRange(...positiveExtentOf(there, 'energy_per_inference'));
      const products = logTicks(times[0] * energies[0], times[1] * energies[1]).filter(
        (tick) => Math.abs(Math.log10(tick) % 1) < 1e-9 || times[1] / times[0] < 30,
      );
      const equal = products.map((product) => ({
        from: [Math.log10(times[0]), Math.log10(product / times[0])],
        to: [Math.log10(times[1]), Math.log10(product / times[1])],
        words: `${significant(product * 1e-6, 3)} J s`,
      }));
      const step = (front) =>
        front.flatMap(({ row }, i) => {
          const here = [Math.log10(row.latency_mean.value), Math.log10(row.energy_per_inference.value)];
          return i === 0 ? [here] : [[here[0], Math.log10(front[i - 1].row.energy_per_inference.value)], here];
        });
      return {
        legend: legendOf(theme, { data: [...groups, ...frontNames.map((name) => ({ name, icon: kLineIcon }))] }),
        grid: grid(legendHeight(names, view.width)),
        xAxis: logAxis(theme, 'inference time, ms', times, { nameGap: 28 }),
        yAxis: logAxis(theme, 'energy per inference, mJ', energies, { nameGap: 46 }),
        tooltip: {},
        series: [
          diagonals(theme, equal),
          ...lines.map(({ front }, i) => ({
            type: 'line',
            name: frontNames[i],
            silent: true,
            symbol: 'none',
            z: 3,
            data: step(front),
            itemStyle: { color: theme.text },
            lineStyle: { color: theme.text, width: 1.6, type: ['solid', 'dashed', 'dotted'][i % 3] },
          })),
          ...points({
            view,
            items: there,
            groups,
            figures,
            x: { name: 'latency_mean', map: Math.log10 },
            y: { name: 'energy_per_inference', map: Math.log10 },
          }),
        ],
      };
    },
    table: tableOf(items, figures),
  };
}

const kRowsAtOnce = 40;
const kRowsOnPaper = 34; // With axis and legend they fill a page of A4.

/** Bars of FPS/W with their intervals. @param {Context} context @returns {import('../chart.js').Plot} */
export function efficiency({ data }) {
  const figures = { efficiency: 'efficiency', throughput: 'throughput', power: 'power' };
  const items = itemsOf(data);
  const { there, missing } = having(items, ['efficiency']);
  if (there.length === 0) return { empty: `No row has an efficiency. ${missing}.` };
  const groups = groupsOf(items);
  const barsIn = ({ print, part }) =>
    print && part !== undefined ? items.slice(part * kRowsOnPaper, (part + 1) * kRowsOnPaper) : items;
  const shown = (view) => (view?.print ? barsIn(view).length : Math.min(items.length, kRowsAtOnce));
  const invalid = ({ row }) => row.efficiency.status === 'invalid';
  const wordsFor = (item) => {
    if (!measured(item.row.efficiency)) return 'unmeasured';
    const marks = [
      item.power.boundary === 'dc_input' ? '' : item.power.text,
      item.power.simulated ? 'simulated' : '',
      invalid(item) ? 'INVALID' : '',
    ].filter(Boolean);
    return `${significant(item.row.efficiency.value, 3)}${marks.length > 0 ? ` (${marks.join(', ')})` : ''}`;
  };
  return {
    label: `Efficiency in FPS/W: ${items
      .slice(0, 12)
      .map((item) => `${item.name} ${figureText(item.row.efficiency)}`)
      .join('; ')}.`,
    height: (width, view) => 64 + legendHeight(groups, width) + shown(view) * 24,
    parts: Math.ceil(items.length / kRowsOnPaper),
    notes: () => [
      'Throughput over average power, whiskers: interval. A figure without a boundary in brackets was measured at the DC input. Hatched: INVALID, not to be used. Pale: WARN.',
      ...(items.length > kRowsAtOnce ? [`${kRowsAtOnce} of ${items.length} rows at once on the screen; on paper and as SVG all.`] : []),
      ...unlikeNotes(there),
      ...(missing ? [`Unmeasured: ${missing}.`] : []),
    ],
    option: (view) => {
      const { theme } = view;
      const left = Math.min(220, Math.round(view.width * 0.34));
      const top = legendHeight(groups, view.width) + 6;
      const [, greatest] = extentOf(there, 'efficiency');
      const paged = items.length > kRowsAtOnce && !view.print;
      const bars = barsIn(view);
      const room = view.width - left - (paged ? 40 : 18);
      const words = 22 + 6.3 * Math.max(...items.map((item) => wordsFor(item).length));
      const end = (greatest * room) / Math.max(room * 0.3, room - words);
      return {
        legend: legendOf(theme, { data: groups }),
        grid: { left, right: paged ? 40 : 18, top, bottom: 46 },
        xAxis: valueAxis(theme, 'efficiency, FPS/W', { min: 0, max: end, nameGap: 26, axisLabel: { showMaxLabel: false } }),
        yAxis: categoryAxis(
          theme,
          bars.map(({ name }) => name),
          { inverse: true, axisLabel: { formatter: (name) => shortened(name, Math.floor((left - 12) / 6)) } },
        ),
        tooltip: {
          formatter: ({ dataIndex }) => `${describe(items[dataIndex], figures)}\npower at: ${powerText(items[dataIndex])}`,
        },
        dataZoom: paged
          ? zooms(view)
              .slice(1)
              .map((zoom) => ({
                ...zoom,
                yAxisIndex: 0,
                orient: 'vertical',
                right: 4,
                width: 16,
                height: undefined,
                bottom: 46,
                top,
                startValue: 0,
                endValue: kRowsAtOnce - 1,
              }))
          : [],
        series: [
          ...groups.map((group, k) => ({
            type: 'bar',
            name: group,
            stack: 'rows',
            barMaxWidth: 15,
            itemStyle: { color: theme.series[k % theme.series.length] },
            data: bars.map((item) => {
              if (item.group !== group) return null;
              const { value, hi, status } = item.row.efficiency;
              const there_ = measured(item.row.efficiency);
              return {
                value: there_ ? value : 0,
                itemStyle: {
                  color: withAlpha(theme.series[k % theme.series.length], status === 'warn' ? 0.5 : 1),
                  decal: status === 'invalid' ? hatch(theme) : undefined,
                },
                label: {
                  show: true,
                  position: 'right',
                  distance: there_ && hi != null ? 8 + Math.max(0, ((hi - value) / end) * room) : 5,
                  color: status === 'invalid' ? theme.alarm : theme.text,
                  fontSize: 11,
                  formatter: wordsFor(item),
                },
              };
            }),
          })),
          whiskers(
            bars
              .map((item, i) => ({ item, i }))
              .filter(
                ({ item }) => measured(item.row.efficiency) && item.row.efficiency.lo != null && item.row.efficiency.hi != null,
              )
              .map(({ item: { row }, i }) => [row.efficiency.value, i, row.efficiency.lo, row.efficiency.hi]),
            true,
            theme.text,
          ),
        ],
      };
    },
    table: tableOf(items, figures),
  };
}

/** mIoU over FPS/W. @param {Context} context @returns {import('../chart.js').Plot} */
export function accuracyEfficiency({ data }) {
  const figures = { miou: 'mIoU', efficiency: 'efficiency' };
  const items = itemsOf(data);
  const { there, missing } = having(items, ['efficiency', 'miou']);
  if (there.length === 0) return { empty: `No row has both an accuracy and an efficiency. ${missing}.` };
  const groups = groupsOf(there);
  const notes = [
    'More is better of both. The axis of accuracy does not begin at 0. Whiskers: intervals.',
    kMarksNote,
    ...unlikeNotes(there),
    ...missingNote(missing),
  ];
  return {
    label: `Accuracy against efficiency of ${countText(there.length, 'row')}.`,
    height: (width) => 340 + legendHeight(groups, width),
    notes: (width) => [...keyNote(width, there, ['efficiency', 'miou']), ...notes],
    option: (view) => {
      const { theme } = view;
      const [yMin, yMax] = paddedRange(...extentOf(there, 'miou'), false);
      return {
        legend: legendOf(theme, { data: groups }),
        grid: grid(legendHeight(groups, view.width)),
        xAxis: logAxis(theme, 'efficiency, FPS/W', logRange(...positiveExtentOf(there, 'efficiency')), { nameGap: 28 }),
        yAxis: valueAxis(theme, 'mIoU, %', {
          min: yMin,
          max: yMax,
          nameGap: 44,
          axisLabel: { showMinLabel: false, showMaxLabel: false },
        }),
        tooltip: {},
        series: points({ view, items: there, groups, figures, x: { name: 'efficiency', map: Math.log10 }, y: { name: 'miou' } }),
      };
    },
    table: tableOf(items, figures),
  };
}

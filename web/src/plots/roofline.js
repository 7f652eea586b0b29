// Roofline: what peak and memory allow, and where the rows stand.
import { logAxis, logRange } from '../axes.js';
import { legendHeight, legendOf } from '../chart.js';
import { diagonals, keyNote, numbered } from '../points.js';
import { groupsOf, having, itemsOf, statusOf } from '../rows.js';
import { countText, figureText, significant } from '../text.js';

const kLabelled = 12;

const precisionOf = (row) => row.executed_precision || row.precision;

/** Peaks and bandwidths that hold for a row. */
function roofsOf(row, peaks) {
  const own = peaks.filter(
    (peak) =>
      peak.accelerator === row.accelerator && (!peak.device || peak.device === row.device || peak.device === row.target?.id),
  );
  return {
    peak: own.find((one) => one.precision === precisionOf(row)),
    bandwidth: own.find((one) => one.bandwidth_gb_per_s != null),
  };
}

/**
 * Results tell operations and bandwidth, and not how many bytes an inference moves. So a row is no point: it is a line from the
 * least intensity that it can have, since it can't have moved more bytes than the memory gives, to the right.
 * @param {{data: import('../data.js').Data}} context @returns {import('../chart.js').Plot}
 */
export function roofline({ data }) {
  const items = itemsOf(data);
  const peaks = new Map(data.directories.flatMap(({ results }) => results.rows.map((row) => [row, results.peaks ?? []])));
  const { there, missing } = having(items, ['gops']);
  if (there.length === 0) return { empty: `No row has operations per second. ${missing}.` };
  const placed = there.map((item) => ({ item, ...roofsOf(item.row, peaks.get(item.row)) })).filter(({ bandwidth }) => bandwidth);
  if (placed.length === 0)
    return { empty: 'No roofline: the bandwidth of no memory was measured, and the bytes of an inference are not known.' };
  const without = there.length - placed.length;
  const groups = groupsOf(placed.map(({ item }) => item));
  const least = ({ item, bandwidth }) => item.row.gops.value / bandwidth.bandwidth_gb_per_s;
  const roofs = [
    ...new Map(
      placed
        .filter(({ peak }) => peak)
        .map(({ peak, item }) => [`${peak.gops} ${item.row.device}`, { peak, device: item.row.device }]),
    ).values(),
  ];
  const memories = [
    ...new Map(
      placed.map(({ bandwidth, item }) => [
        `${bandwidth.bandwidth_gb_per_s} ${item.row.device}`,
        { bandwidth, device: item.row.device },
      ]),
    ).values(),
  ];
  const notes = [
    'The bytes that an inference moves are not measured, so no row has one operational intensity. Each is a line at its performance, which begins at the least intensity that the ' +
      'measured bandwidth allows (performance / bandwidth); its true place is on the line, where caches can move it far to the right.',
    ...roofs.map(
      ({ peak, device }) => `${peak.precision.toUpperCase()} peak of ${device}: ${significant(peak.gops)} GOPS (${peak.source}).`,
    ),
    ...memories.map(
      ({ bandwidth, device }) =>
        `Memory of ${device}: ${significant(bandwidth.bandwidth_gb_per_s)} GB/s (${bandwidth.bandwidth_source}).`,
    ),
    ...(without > 0 ? [`${countText(without, 'row')} without a measured bandwidth: not shown.`] : []),
    ...(missing ? [`Not shown: ${missing}.`] : []),
  ];
  return {
    label: `Roofline: performance of ${countText(placed.length, 'row')} under ${countText(roofs.length, 'peak')} and ${countText(memories.length, 'bandwidth')}.`,
    height: (width) => 360 + legendHeight(groups, width),
    notes: (width) => [
      ...keyNote(
        width,
        placed.map(({ item }) => item),
        ['gops'],
      ),
      ...notes,
    ],
    option: (view) => {
      const { theme } = view;
      const ridges = roofs.flatMap(({ peak }) => memories.map(({ bandwidth }) => peak.gops / bandwidth.bandwidth_gb_per_s));
      const intensities = logRange(Math.min(...placed.map(least), ...ridges) / 4, Math.max(...placed.map(least), ...ridges) * 12);
      const performances = logRange(
        Math.min(...placed.map(({ item }) => item.row.gops.value)) / 3,
        Math.max(...placed.map(({ item }) => item.row.gops.value), ...roofs.map(({ peak }) => peak.gops)) * 1.3,
      );
      const log = ([a, b]) => [Math.log10(a), Math.log10(b)];
      const slopes = memories.map(({ bandwidth }) => ({
        from: log([intensities[0], intensities[0] * bandwidth.bandwidth_gb_per_s]),
        to: log([intensities[1], intensities[1] * bandwidth.bandwidth_gb_per_s]),
        words: `${significant(bandwidth.bandwidth_gb_per_s, 3)} GB/s`,
      }));
      const flats = roofs.map(({ peak }) => ({
        from: log([intensities[0], peak.gops]),
        to: log([intensities[1], peak.gops]),
        words: `${peak.precision.toUpperCase()} peak ${significant(peak.gops, 3)} GOPS`,
      }));
      // Labels of rows as fast as each other: one above the other, downwards from the fastest.
      const inner = 360 - 64;
      const height = (one) =>
        ((Math.log10(performances[1]) - Math.log10(one.item.row.gops.value)) / Math.log10(performances[1] / performances[0])) *
        inner;
      const offsets = new Map();
      let above = Number.NEGATIVE_INFINITY;
      for (const one of [...placed].sort((a, b) => height(a) - height(b))) {
        above = Math.max(height(one), above + 13);
        offsets.set(one, above - height(one));
      }
      const looks = { ok: 'solid', warn: 'solid', invalid: 'dotted' };
      return {
        legend: legendOf(theme, { data: groups }),
        grid: { left: 66, right: 26, top: legendHeight(groups, view.width) + 14, bottom: 50 },
        xAxis: logAxis(theme, 'operational intensity, operations per byte', intensities, { nameGap: 28 }),
        yAxis: logAxis(theme, 'performance, GOPS', performances, { nameGap: 46 }),
        tooltip: {},
        series: [
          diagonals(theme, [...slopes, ...flats], true),
          ...groups.map((group, k) => ({
            type: 'line',
            name: group,
            data: [],
            itemStyle: { color: theme.series[k % theme.series.length] },
            lineStyle: { width: 3 },
          })),
          ...placed.map((one) => {
            const { item } = one;
            const status = statusOf(item, ['gops']);
            const colour = theme.series[groups.indexOf(item.group) % theme.series.length];
            return {
              type: 'line',
              z: 4,
              symbol: status === 'invalid' ? 'emptyCircle' : 'circle',
              showSymbol: true,
              symbolSize: 9,
              itemStyle: { color: colour },
              lineStyle: {
                color: colour,
                width: status === 'warn' ? 1.5 : 3,
                type: item.row.simulated ? 'dashed' : looks[status],
              },
              data: [
                {
                  value: log([least(one), item.row.gops.value]),
                  label: {
                    show: placed.length <= kLabelled,
                    position: 'left',
                    offset: [0, offsets.get(one)],
                    color: status === 'invalid' ? theme.alarm : theme.text,
                    fontSize: 11,
                    textBorderColor: theme.paper,
                    textBorderWidth: 3,
                    formatter: () =>
                      numbered(view.width)
                        ? `${placed.indexOf(one) + 1}${status === 'invalid' ? ' ✕' : ''}`
                        : `${item.name}${status === 'invalid' ? ' ✕ INVALID' : ''}${item.row.simulated ? ' (simulated)' : ''}`,
                  },
                },
                { value: log([intensities[1], item.row.gops.value]), symbol: 'none' },
              ],
              tooltip: {
                formatter: () =>
                  `${item.name}\n${figureText(item.row.gops)}\nat least ${significant(least(one), 3)} operations per byte of memory`,
              },
            };
          }),
        ],
      };
    },
    table: () => ({
      head: ['row', 'precision', 'performance', 'least intensity, operations/B', 'peak, GOPS', 'bandwidth, GB/s'],
      rows: placed.map((one) => [
        one.item.name,
        precisionOf(one.item.row),
        figureText(one.item.row.gops),
        significant(least(one), 3),
        one.peak ? significant(one.peak.gops) : 'not known',
        significant(one.bandwidth.bandwidth_gb_per_s),
      ]),
    }),
  };
}

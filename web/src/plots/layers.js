// Where the time of an inference goes, layer by layer, and where each layer ran.
import { categoryAxis, shortened, valueAxis } from '../axes.js';
import { legendOf } from '../chart.js';
import { notesOf } from '../status.js';
import { dots, hatch } from '../theme.js';
import { countText, significant } from '../text.js';

const kShown = 24;
const kPlacements = ['claimed', 'elsewhere', 'unknown'];

/** @param {{row: any}} context @returns {import('../chart.js').Plot} */
export function layers({ row }) {
  const told = (row.layers ?? []).filter(({ time_ns: time }) => time >= 0);
  if ((row.layers ?? []).length === 0) return { empty: 'No layers: the runtime was not profiled, or tells none.' };
  if (told.length === 0) return { empty: `${countText(row.layers.length, 'layer')}, and the runtime tells the time of none.` };
  const total = told.reduce((sum, { time_ns: time }) => sum + time, 0);
  const ordered = told.map((layer, i) => ({ ...layer, at: i + 1 })).sort((a, b) => b.time_ns - a.time_ns);
  const shown = ordered.slice(0, kShown);
  const rest = ordered.slice(kShown);
  const placements = kPlacements.filter((placement) => told.some((layer) => layer.placement === placement));
  const share = (placement) =>
    told.filter((layer) => layer.placement === placement).reduce((sum, layer) => sum + layer.time_ns, 0) / total;
  const restShare = significant((100 * rest.reduce((sum, layer) => sum + layer.time_ns, 0)) / total, 3);
  return {
    label: `Time of the ${shown.length} longest of ${countText(told.length, 'layer')}. ${placements.map((one) => `${one}: ${significant(100 * share(one), 3)} % of the time`).join('; ')}.`,
    height: () => 70 + shown.length * 18,
    notes: () => [
      `The ${shown.length} longest of ${countText(told.length, 'layer')}${rest.length > 0 ? `; the other ${rest.length} take ${restShare} % of the layers' time and on the screen stand under Numbers` : ''}. ` +
        `By placement: ${placements.map((one) => `${one} ${significant(100 * share(one), 3)} %`).join(', ')} of the layers' time. ` +
        `From a profiled run of its own: its times are no latency.${told.length < row.layers.length ? ` ${countText(row.layers.length - told.length, 'layer')} without a time.` : ''}`,
      ...notesOf(row, ['placement']),
    ],
    option: (view) => {
      const { theme } = view;
      const looks = {
        claimed: { color: theme.series[0] },
        elsewhere: { color: theme.series[1], decal: hatch(theme) },
        unknown: { color: theme.faint, decal: dots(theme) },
      };
      const left = Math.min(230, Math.round(view.width * 0.36));
      return {
        legend: legendOf(theme, { data: placements, icon: undefined }),
        grid: { left, right: 24, top: 26, bottom: 44 },
        xAxis: valueAxis(theme, `time in a profiled inference, µs${view.print && rest.length > 0 ? ` (the ${shown.length} longest of ${told.length} layers)` : ''}`, { nameGap: 26, min: 0 }),
        yAxis: categoryAxis(
          theme,
          shown.map(({ name }) => name),
          {
            inverse: true,
            axisLabel: { fontSize: 10, formatter: (name) => shortened(name, Math.floor((left - 12) / 5.6)) },
          },
        ),
        tooltip: {
          formatter: ({ dataIndex, seriesName, value }) => {
            const layer = shown[dataIndex];
            return `${layer.name}\n${layer.type}, ${layer.exec_type}\n${significant(value)} µs, ${significant((100 * value * 1e3) / total, 3)} % of the layers' time (${seriesName})`;
          },
        },
        series: placements.map((placement) => ({
          type: 'bar',
          name: placement,
          stack: 'time',
          barMaxWidth: 13,
          itemStyle: looks[placement],
          data: shown.map((layer) => (layer.placement === placement ? layer.time_ns * 1e-3 : null)),
        })),
      };
    },
    table: () => ({
      head: ['order', 'layer', 'type', 'executed as', 'placement', 'time, µs', 'share, %'],
      rows: ordered.map((layer) => [
        layer.at,
        layer.name,
        layer.type,
        layer.exec_type,
        layer.placement,
        significant(layer.time_ns * 1e-3, 6),
        significant((100 * layer.time_ns) / total, 3),
      ]),
    }),
  };
}

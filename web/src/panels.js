// Panels one below the other on one time axis.
import { tickText, timeWords, valueAxis } from './axes.js';
import { zooms } from './chart.js';

const kInner = { showMinLabel: false, showMaxLabel: false }; // The ends of an axis are seldom round.

/**
 * @typedef {{top: number, height: number, name: string, range: [number, number], more?: object}} Panel
 *   `range`: of its y axis; `more`: what its y axis has beyond the common
 * @param {import('./chart.js').View} view
 * @param {{left: number, right: number, from: number, to: number, panels: Panel[], words?: string}} scene
 *   `from`, `to`: s; `words`: told with the name of the time axis
 * @returns options of ECharts
 */
export function stacked(view, { left, right, from, to, panels, words = '' }) {
  const isLast = (i) => i + 1 === panels.length;
  return {
    grid: panels.map(({ top, height }) => ({ left, right, top, height })),
    xAxis: panels.map((_, i) =>
      valueAxis(view.theme, isLast(i) ? timeWords(view.width) + words : undefined, {
        id: `x${i}`,
        gridIndex: i,
        min: from,
        max: to,
        nameGap: 24,
        axisLabel: { show: isLast(i), ...kInner },
        splitLine: { show: false },
      }),
    ),
    yAxis: panels.map(({ name, range: [min, max], more }, i) =>
      valueAxis(view.theme, name, { id: `y${i}`, gridIndex: i, splitNumber: 3, min, max, axisLabel: kInner, ...more }),
    ),
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    dataZoom: zooms(view, { xAxisIndex: panels.map((_, i) => i) }),
  };
}

/** What a zoom to a range of time changes of these axes. @param {[number, number][]} ranges of the y axes */
export const zoomedAxes = (from, to, ranges) => ({
  xAxis: ranges.map((_, i) => ({ id: `x${i}`, axisLabel: { formatter: tickText(from, to) } })),
  yAxis: ranges.map(([min, max], i) => ({ id: `y${i}`, min, max, axisLabel: { formatter: tickText(min, max) } })),
});

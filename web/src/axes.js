// Axes that all plots share.
import { significant } from './text.js';

/** @typedef {import('./theme.js').Theme} Theme */

const common = (theme, name) => ({
  name,
  nameLocation: 'middle',
  nameTextStyle: { color: theme.text, fontSize: 12 },
  axisLine: { show: true, onZero: false, lineStyle: { color: theme.faint } },
  axisTick: { show: true, lineStyle: { color: theme.faint } },
  axisLabel: { color: theme.text, fontSize: 11, hideOverlap: true },
  splitLine: { show: true, lineStyle: { color: theme.grid } },
});

/** Digits that an axis from `lo` to `hi` needs, so that no two of its labels are the same: never under four. */
export const tickDigits = (lo, hi) => {
  const places = (value) => Math.floor(Math.log10(value));
  return hi > lo ? Math.max(4, places(Math.max(Math.abs(lo), Math.abs(hi))) - places((hi - lo) / 10) + 1) : 4;
};
export const tickText = (lo, hi) => (value) => significant(value, tickDigits(lo, hi));

/** @param {Theme} theme */
export function valueAxis(theme, name, more = {}) {
  const axis = common(theme, name);
  return {
    type: 'value',
    ...axis,
    ...more,
    axisLabel: { ...axis.axisLabel, formatter: tickText(more.min, more.max), ...more.axisLabel },
  };
}

export const timeWords = (width) =>
  width < 500 ? 'time, s (0: the timed window begins)' : 'time from the begin of the timed window, s';

/** A little beyond both, from 0 where the values are not far from it. */
export function paddedRange(lo, hi, fromZero = lo >= 0 && lo < 0.5 * hi) {
  if (!(hi > lo)) {
    const margin = Math.abs(lo) * 0.1 || 1;
    return [fromZero ? 0 : lo - margin, hi + margin];
  }
  const margin = (hi - lo) * 0.06;
  return [fromZero ? 0 : lo - margin, hi + margin];
}

/** Powers of ten over more than three decades; 1, 2, 5 in each over less; even steps over less than one. */
export function logTicks(lo, hi) {
  const decades = Math.log10(hi / lo);
  if (decades < 0.8) {
    const rough = (hi - lo) / 5;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].find((one) => one * power >= rough * 0.999) * power;
    const first = Math.ceil((lo / step) * 0.99999);
    return Array.from({ length: Math.floor((hi / step) * 1.00001) - first + 1 }, (_, i) => (first + i) * step);
  }
  const ticks = [];
  for (let power = Math.floor(Math.log10(lo)); power <= Math.ceil(Math.log10(hi)); ++power) {
    for (const step of decades > 3 ? [1] : [1, 2, 5]) {
      const tick = step * 10 ** power;
      if (tick >= lo * 0.9999 && tick <= hi * 1.0001) ticks.push(tick);
    }
  }
  return ticks;
}

/** A little beyond both. */
export function logRange(lo, hi) {
  const margin = Math.max(1.15, (hi / lo) ** 0.1);
  return [lo / margin, hi * margin];
}

/**
 * ECharts' own log axis knows powers of ten alone, too few for two devices. So the data of these axes are decadic
 * logarithms on a plain axis with ticks of our own.
 * @param {Theme} theme
 */
export function logAxis(theme, name, [lo, hi], more = {}) {
  const axis = common(theme, name);
  const customValues = logTicks(lo, hi).map(Math.log10);
  return {
    type: 'value',
    ...axis,
    ...more,
    min: Math.log10(lo),
    max: Math.log10(hi),
    axisTick: { ...axis.axisTick, customValues },
    axisLabel: { ...axis.axisLabel, customValues, formatter: (value) => significant(10 ** value, 3), ...more.axisLabel },
  };
}

/** @param {Theme} theme */
export function categoryAxis(theme, names, more = {}) {
  const axis = common(theme, more.name);
  return {
    type: 'category',
    data: names,
    ...axis,
    splitLine: { show: false },
    ...more,
    axisTick: { show: false },
    axisLabel: { ...axis.axisLabel, interval: 0, hideOverlap: false, ...more.axisLabel },
  };
}

/** Cut in the middle, where a layer's or a row's name tells least. */
export const shortened = (name, characters) =>
  name.length <= characters
    ? name
    : `${name.slice(0, Math.ceil((characters - 1) / 2))}…${name.slice(name.length - Math.floor((characters - 1) / 2))}`;

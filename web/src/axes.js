// Axes that all plots share.
import { significant } from './text.js';

/** @typedef {import('./theme.js').Theme} Theme */

const common = (theme, name) => ({
  name,
  nameLocation: 'middle',
  nameTextStyle: { color: theme.text, fontSize: 12 },
  axisLine: { show: true, lineStyle: { color: theme.faint } },
  axisTick: { show: true, lineStyle: { color: theme.faint } },
  axisLabel: { color: theme.text, fontSize: 11, hideOverlap: true },
  splitLine: { show: true, lineStyle: { color: theme.grid } },
});

/** @param {Theme} theme */
export function valueAxis(theme, name, more = {}) {
  const axis = common(theme, name);
  return {
    type: 'value', ...axis, ...more,
    axisLabel: { ...axis.axisLabel, formatter: (value) => significant(value), ...more.axisLabel },
  };
}

/** A little beyond both, from 0 where the values are not far from it. */
export function paddedRange(lo, hi, fromZero = lo >= 0 && lo < 0.5 * hi) {
  if (!(hi > lo)) {
    const margin = Math.abs(lo) * 0.1 || 1;
    return [fromZero ? 0 : lo - margin, hi + margin];
  }
  const margin = (hi - lo) * 0.06;
  return [fromZero ? 0 : lo - margin, hi + margin];
}

/** 1, 2, 5, 10, ... within; only powers of ten over more than three decades. */
export function logTicks(lo, hi) {
  const wide = Math.log10(hi / lo) > 3;
  const ticks = [];
  for (let power = Math.floor(Math.log10(lo)); power <= Math.ceil(Math.log10(hi)); ++power) {
    for (const step of wide ? [1] : [1, 2, 5]) {
      const tick = step * 10 ** power;
      if (tick >= lo * 0.9999 && tick <= hi * 1.0001) ticks.push(tick);
    }
  }
  return ticks;
}

/** The next 1, 2 or 5 outside of both, so that an axis begins and ends at a tick. */
export function logRange(lo, hi) {
  const steps = [];
  for (let power = Math.floor(Math.log10(lo)) - 1; power <= Math.ceil(Math.log10(hi)) + 1; ++power) {
    steps.push(10 ** power, 2 * 10 ** power, 5 * 10 ** power);
  }
  return [steps.filter((step) => step < lo * 0.97).at(-1), steps.find((step) => step > hi * 1.03)];
}

/**
 * ECharts' own log axis knows powers of ten alone, too few for two devices. So the data of these axes are decadic
 * logarithms on a plain axis, and ticks stand at 1, 2 and 5.
 * @param {Theme} theme
 */
export function logAxis(theme, name, [lo, hi], more = {}) {
  const axis = common(theme, name);
  const customValues = logTicks(lo, hi).map(Math.log10);
  return {
    type: 'value', ...axis, ...more, min: Math.log10(lo), max: Math.log10(hi),
    axisTick: { ...axis.axisTick, customValues },
    axisLabel: { ...axis.axisLabel, customValues, formatter: (value) => significant(10 ** value, 3), ...more.axisLabel },
  };
}

/** @param {Theme} theme */
export function categoryAxis(theme, names, more = {}) {
  const axis = common(theme, more.name);
  return {
    type: 'category', data: names, ...axis, splitLine: { show: false }, ...more,
    axisTick: { show: false }, axisLabel: { ...axis.axisLabel, interval: 0, hideOverlap: false, ...more.axisLabel },
  };
}

/** Cut in the middle, where a layer's or a row's name tells least. */
export const shortened = (name, characters) =>
  name.length <= characters ? name
    : `${name.slice(0, Math.ceil((characters - 1) / 2))}…${name.slice(name.length - Math.floor((characters - 1) / 2))}`;

// Colours of Okabe and Ito, which colour-blind readers tell apart; never the only sign of anything.

const kLight = {
  text: '#1b1f24',
  faint: '#5b6570',
  grid: '#dfe3e8',
  paper: '#ffffff',
  series: ['#0072B2', '#D55E00', '#009E73', '#B0578D', '#B87E00', '#3C8DBC', '#7F6A00', '#5b6570'],
  alarm: '#B23A00',
  shade: 'rgba(0,114,178,0.09)',
  shadeWarm: 'rgba(184,126,0,0.13)',
  shadeIdle: 'rgba(91,101,112,0.12)',
  ramp: ['#ffffff', '#cfe1f2', '#93c4de', '#4a97c9', '#1764ab', '#08306b'],
};
const kDark = {
  text: '#e6e9ec',
  faint: '#a3adb7',
  grid: '#343b43',
  paper: '#15191e',
  series: ['#56B4E9', '#E69F00', '#2FC796', '#E08FBE', '#F0E442', '#FF8A4C', '#B9C4FF', '#a3adb7'],
  alarm: '#FF8A4C',
  shade: 'rgba(86,180,233,0.12)',
  shadeWarm: 'rgba(230,159,0,0.16)',
  shadeIdle: 'rgba(163,173,183,0.14)',
  ramp: ['#15191e', '#12304d', '#14507f', '#2079b8', '#56B4E9', '#d3ecfb'],
};

/** @typedef {typeof kLight} Theme */

const dark = globalThis.matchMedia?.('(prefers-color-scheme: dark)');

/** Print is always light. @returns {Theme} */
export const currentTheme = (print = false) => (!print && dark?.matches ? kDark : kLight);
export const onThemeChange = (run) => dark?.addEventListener('change', run);

// Single quotes within: ECharts writes it into a double-quoted attribute of an SVG as it is.
export const kFont = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', sans-serif";

/** Hatching of what is not to be believed or not known. */
export const hatch = (theme) => ({
  symbol: 'rect',
  symbolSize: 1,
  color: theme.paper,
  dashArrayX: [1, 0],
  dashArrayY: [2, 4],
  rotation: -Math.PI / 4,
});
export const dots = (theme) => ({
  symbol: 'circle',
  symbolSize: 0.8,
  color: theme.paper,
  dashArrayX: [
    [6, 6],
    [0, 6, 6, 0],
  ],
  dashArrayY: [4, 0],
});

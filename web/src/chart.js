// The parts of ECharts that are used, and the options that all plots share.
import { BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import {
  AxisPointerComponent,
  DataZoomInsideComponent,
  DataZoomSliderComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
} from 'echarts/components';
import { init, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';

import { currentTheme, kFont } from './theme.js';

use([
  BarChart,
  CustomChart,
  HeatmapChart,
  LineChart,
  ScatterChart,
  AxisPointerComponent,
  DataZoomInsideComponent,
  DataZoomSliderComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
  LabelLayout,
  CanvasRenderer,
  SVGRenderer,
]);

/**
 * @typedef {Object} View  what a plot is drawn for
 * @property {number} width   CSS px
 * @property {import('./theme.js').Theme} theme
 * @property {boolean} print  on paper: no controls, nothing to hover
 * @property {Record<string, any>} state  what the reader chose: values of the plot's controls
 * @property {number} [part]  of a plot that paper has in several drawings: which; without it all is in one
 *
 * @typedef {Object} Plot
 * @property {string} [empty]  why there is nothing to draw; everything else is absent then
 * @property {string} label    what a screen reader says of it
 * @property {(width: number, view?: View) => number} height  without a view: of the one that is looked at
 * @property {number} [parts]  drawings on paper, where one would be higher than a page
 * @property {(view: View) => object} option  of ECharts
 * @property {() => {head: string[], rows: (string|number)[][]}} table
 * @property {(width: number) => string[]} notes  sentences under it; known before it is drawn, so that nothing moves
 * @property {{name: string, text: string, values: {value: any, text: string}[]}[]} [controls]
 * @property {(view: View, from: number, to: number) => object} [zoomed]  changes of the option after a zoom of x
 */

/** @param {View} view */
function withDefaults(view, option) {
  const { theme } = view;
  return {
    animation: false,
    backgroundColor: 'transparent',
    color: theme.series,
    textStyle: { fontFamily: kFont, color: theme.text },
    ...option,
    // Rich text is drawn on the canvas: neither markup nor style attributes of a label reach the page.
    tooltip:
      view.print || option.tooltip === null
        ? undefined
        : {
            renderMode: 'richText',
            confine: true,
            backgroundColor: theme.paper,
            borderColor: theme.faint,
            textStyle: { color: theme.text, fontSize: 12, fontFamily: kFont },
            ...option.tooltip,
          },
  };
}

/** A live chart in an element. @param {HTMLElement} element @param {Plot} plot @param {View} view */
export function draw(element, plot, view) {
  const height = plot.height(view.width);
  const chart = init(element, null, { renderer: 'canvas', width: view.width, height });
  chart.setOption(withDefaults(view, plot.option(view)));
  chart.getZr().flush();
  if (plot.zoomed) followZoom(chart, plot, view);
  return chart;
}

/** What is shown after a zoom is sampled again, at most once a frame. */
function followZoom(chart, plot, view) {
  let due = 0;
  chart.on('datazoom', () => {
    cancelAnimationFrame(due);
    due = requestAnimationFrame(() => {
      const zoom = chart.getOption().dataZoom[0];
      chart.setOption(plot.zoomed(view, zoom.startValue, zoom.endValue));
    });
  });
}

/** The plot as SVG, whole for saving, or one part of it for paper. @param {Plot} plot @param {number} [part] */
export function svgOf(plot, width, state, part) {
  const view = { width, theme: currentTheme(true), print: true, state, part };
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height: plot.height(width, view) });
  try {
    chart.setOption(withDefaults(view, plot.option(view)));
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

/** Zoom by Ctrl + wheel and by the slider; the plain wheel and a finger scroll the page. @param {View} view */
export const zooms = (view, more = {}) =>
  view.print
    ? []
    : [
        {
          type: 'inside',
          zoomOnMouseWheel: 'ctrl',
          moveOnMouseMove: 'shift',
          moveOnMouseWheel: false,
          preventDefaultMouseMove: false,
          filterMode: 'none',
          ...more,
        },
        {
          type: 'slider',
          height: 18,
          bottom: 6,
          filterMode: 'none',
          showDataShadow: false,
          showDetail: false,
          brushSelect: false,
          borderColor: view.theme.grid,
          textStyle: { color: view.theme.faint },
          ...more,
        },
      ];

/** @param {import('./theme.js').Theme} theme */
export const legendOf = (theme, more = {}) => ({
  type: 'plain',
  top: 0,
  left: 'center',
  itemWidth: 18,
  itemHeight: 9,
  itemGap: 12,
  icon: 'roundRect',
  textStyle: { color: theme.text, fontSize: 11 },
  ...more,
});

/** Height that a legend of these names takes. */
export function legendHeight(names, width) {
  let lines = 1;
  let used = 0;
  for (const name of names) {
    const needed = 36 + name.length * 6.4;
    if (used > 0 && used + needed > width - 20) {
      ++lines;
      used = 0;
    }
    used += needed;
  }
  return lines * 20;
}

/** An interval along x or y with its caps. Data: [x, y, lo, hi]. Shorter than `hidden` px it is under the mark, and left out. */
export const whiskers = (points, horizontal, colour, hidden = 0) => ({
  type: 'custom',
  silent: true,
  z: 4,
  data: points,
  clip: true,
  encode: horizontal ? { x: [0, 2, 3], y: 1 } : { x: 0, y: [1, 2, 3] },
  renderItem: (_, api) => {
    const at = (value) => (horizontal ? api.coord([value, api.value(1)]) : api.coord([api.value(0), value]));
    const [a, b] = [at(api.value(2)), at(api.value(3))];
    if (Math.hypot(b[0] - a[0], b[1] - a[1]) < hidden) return undefined;
    const cap = horizontal ? [0, 4] : [4, 0];
    const line = (p, q) => ({
      type: 'line',
      shape: { x1: p[0], y1: p[1], x2: q[0], y2: q[1] },
      style: { stroke: colour, lineWidth: 1.3 },
    });
    const ends = [a, b].map((p) => line([p[0] - cap[0], p[1] - cap[1]], [p[0] + cap[0], p[1] + cap[1]]));
    return { type: 'group', children: [line(a, b), ...ends] };
  },
});

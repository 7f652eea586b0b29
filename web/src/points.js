// Marks of rows in a plane: colour by group, shape by precision, filling by status.
import { whiskers } from './chart.js';
import { describe, statusOf } from './rows.js';
import { kFont } from './theme.js';

const kShapes = { fp32: 'circle', fp16: 'diamond', bf16: 'pin', int8: 'rect' };
const kCross = 'path://M0,1L1,0L9,8L8,9Z M8,0L9,1L1,9L0,8Z';

const shapeOf = ({ row }) => kShapes[row.executed_precision || row.precision] ?? 'triangle';

export const kMarksNote =
  'Shape: precision (circle FP32, diamond FP16, square INT8). Filled: ok. Pale: WARN. Whiskers shorter than the mark are under it. Hollow and crossed: INVALID, not to be used. Dashed outline: simulated.';

const kLabelled = 16;
const kNarrow = 500;
const marksOf = ({ status, simulated }) => `${status === 'invalid' ? ' ✕ INVALID' : ''}${simulated ? ' (simulated)' : ''}`;

/** Names do not fit a phone: numbers stand for them. */
export const numbered = (width) => width < kNarrow;
const usesPower = (figures) => figures.some((name) => ['power', 'efficiency', 'energy_per_inference'].includes(name));
const isSimulated = (item, figures) => item.row.simulated || (item.power.simulated && usesPower(figures));

/** What the numbers stand for, as a sentence. */
export const keyNote = (width, items, figures) =>
  numbered(width) && items.length <= kLabelled
    ? [
        `${items.map((item, i) => `${i + 1} ${item.name}${marksOf({ status: statusOf(item, figures), simulated: isSimulated(item, figures) })}`).join('; ')}.`,
      ]
    : [];

/**
 * Places each label beside its mark, or a little higher or lower, where it covers neither another label nor an earlier mark and
 * is not cut off at the edge: no row stands without its name.
 */
function placement(width) {
  let taken = new Map();
  const clear = (a, b) => a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
  return ({ seriesIndex, dataIndex, rect: mark, labelRect: { x, y, width: wide, height } }) => {
    const key = `${seriesIndex} ${dataIndex}`;
    if (taken.has(key)) taken = new Map(); // It is all drawn anew.
    const sides = [mark.x + mark.width + 5, mark.x - wide - 5];
    if (x < mark.x) sides.reverse();
    const steps = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? -i / 2 : (i + 1) / 2) * (height + 2));
    const places = steps.flatMap((step) => sides.map((side) => ({ x: side, y: y + step, width: wide, height })));
    const others = [...taken.values()].flat();
    const fits = (one) =>
      one.x >= 2 && one.x + wide <= width - 2 && one.y >= 0 && [...others, mark].every((other) => clear(one, other));
    const place = places.find(fits) ?? places[0];
    taken.set(key, [place, mark]);
    return { x: place.x, y: place.y, align: 'left', verticalAlign: 'top' };
  };
}

/**
 * @typedef {{name: string, words: string, map?: (value: number) => number}} Side  a figure along an axis
 * @param {{view: import('./chart.js').View, items: import('./rows.js').Item[], x: Side, y: Side,
 *          figures: Record<string, string>, groups: string[]}} scene
 * @returns {object[]} series
 */
export function points({ view, items, x, y, figures, groups }) {
  const { theme } = view;
  const colour = (item) => theme.series[groups.indexOf(item.group) % theme.series.length];
  const at = (side, value) => (side.map ?? ((one) => one))(value);
  const place = (item) => [at(x, item.row[x.name].value), at(y, item.row[y.name].value)];
  const [left, right] = [Math.min, Math.max].map((most) => most(...items.map((item) => place(item)[0])));
  const labelled = items.length <= kLabelled;
  const labelLayout = placement(view.width);
  const marks = items.map((item) => {
    const status = statusOf(item, [x.name, y.name]);
    return { item, status, simulated: isSimulated(item, [x.name, y.name]), place: place(item), colour: colour(item) };
  });
  const interval = (mark, side) => {
    const { lo, hi } = mark.item.row[side.name];
    const usable = lo != null && hi != null && hi > lo && (!side.map || lo > 0);
    return usable ? [[...mark.place, at(side, lo), at(side, hi)]] : [];
  };
  const filled = { ok: 1, warn: 0.35, invalid: 0 };
  return [
    ...groups.map((group) => ({
      type: 'scatter',
      name: group,
      z: 6,
      symbolSize: 13,
      itemStyle: { color: theme.series[groups.indexOf(group) % theme.series.length], opacity: 1 },
      labelLayout,
      data: marks
        .filter(({ item }) => item.group === group)
        .map((mark) => ({
          value: mark.place,
          symbol: shapeOf(mark.item),
          name: mark.item.name,
          tooltip: { formatter: () => describe(mark.item, figures) + (mark.simulated ? '\nsimulated' : '') },
          itemStyle: {
            color: withAlpha(mark.colour, filled[mark.status] ?? 0),
            borderColor: mark.simulated ? theme.text : mark.colour,
            borderWidth: 2,
            borderType: mark.simulated ? 'dashed' : 'solid',
          },
          label: {
            show: labelled,
            position: mark.place[0] > left + 0.55 * (right - left) ? 'left' : 'right',
            distance: 9,
            color: theme.text,
            fontSize: 11,
            textBorderColor: theme.paper,
            textBorderWidth: 3,
            formatter: () =>
              numbered(view.width)
                ? `${items.indexOf(mark.item) + 1}${mark.status === 'invalid' ? ' ✕' : ''}`
                : `${mark.item.name}${marksOf(mark)}`,
          },
        })),
    })),
    {
      type: 'scatter',
      silent: true,
      z: 8,
      symbol: kCross,
      symbolSize: 17,
      itemStyle: { color: theme.alarm },
      data: marks.filter(({ status }) => status === 'invalid').map((mark) => mark.place),
    },
    whiskers(
      marks.flatMap((mark) => interval(mark, x)),
      true,
      theme.faint,
      22,
    ),
    whiskers(
      marks.flatMap((mark) => interval(mark, y)),
      false,
      theme.faint,
      22,
    ),
  ];
}

/** "#rrggbb" as rgba. */
export const withAlpha = (colour, alpha) => {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return `rgba(${r},${g},${b},${alpha})`;
};

/** Least and greatest of a figure with its interval. */
export function extentOf(items, name) {
  const values = items.flatMap(({ row }) => [row[name].value, row[name].lo, row[name].hi]).filter((value) => value != null);
  return [Math.min(...values), Math.max(...values)];
}
export const positiveExtentOf = (items, name) => {
  const values = items.flatMap(({ row }) => [row[name].value, row[name].lo, row[name].hi]).filter((value) => value > 0);
  return [Math.min(...values), Math.max(...values)];
};

const kWordsHeight = 14;
const kGapOfWords = 1.5; // Between a line and its words.

/** Lines of a constant that a log-log plane shows as diagonals. Each: two ends [x, y] and its words. */
export const diagonals = (theme, lines, strong = false) => ({
  type: 'custom',
  silent: true,
  z: 1,
  clip: true,
  data: lines.map(({ from, to }, i) => [...from, ...to, i]),
  encode: { x: [0, 2], y: [1, 3] },
  renderItem: (parameters, api) => {
    const [a, b] = [api.coord([api.value(0), api.value(1)]), api.coord([api.value(2), api.value(3)])];
    const { x, y, width, height } = parameters.coordSys;
    const inside = clipped(a, b, [x, y, x + width, y + height]);
    if (!inside) return undefined;
    const [p, q] = inside;
    const angle = Math.atan2(q[1] - p[1], q[0] - p[0]);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    // So far back from the line's end that no corner of the words is cut off at the edge.
    const over = x + width - 2 - (q[0] + kWordsHeight * sin);
    const under = q[1] - kWordsHeight * cos - (y + 2);
    const back = Math.max(6, over < 0 ? -over / cos : 0, under < 0 && sin < 0 ? under / sin : 0);
    const fore = Math.max(6, (x + 2 - (p[0] + kWordsHeight * sin)) / cos);
    // A roof that rises has its words at its foot: at its head are the names of rows.
    const [at, align] = strong && sin < 0 ? [[p[0] + fore * cos, p[1] + fore * sin], 'left'] : [[q[0] - back * cos, q[1] - back * sin], 'right'];
    return {
      type: 'group',
      children: [
        {
          type: 'line',
          shape: { x1: p[0], y1: p[1], x2: q[0], y2: q[1] },
          style: strong
            ? { stroke: theme.text, lineWidth: 1.6 }
            : { stroke: theme.faint, lineWidth: 1, lineDash: [4, 4], opacity: 0.7 },
        },
        // A corner that is cut off has no room for words.
        ...(Math.hypot(q[0] - p[0], q[1] - p[1]) < 90
          ? []
          : [
              {
                type: 'text',
                x: at[0] + kGapOfWords * sin,
                y: at[1] - kGapOfWords * cos,
                rotation: -angle,
                style: {
                  text: lines[api.value(4)].words,
                  fill: strong ? theme.text : theme.faint,
                  fontSize: 10.5,
                  align,
                  verticalAlign: 'bottom',
                  fontFamily: kFont,
                  stroke: theme.paper,
                  lineWidth: 3,
                },
              },
            ]),
      ],
    };
  },
});

/** The part of a segment within a box (Liang and Barsky), or nothing. */
export function clipped([x1, y1], [x2, y2], [left, top, right, bottom]) {
  let begin = 0;
  let end = 1;
  const [dx, dy] = [x2 - x1, y2 - y1];
  for (const [p, q] of [
    [-dx, x1 - left],
    [dx, right - x1],
    [-dy, y1 - top],
    [dy, bottom - y1],
  ]) {
    if (p === 0 && q < 0) return null;
    if (p < 0) begin = Math.max(begin, q / p);
    if (p > 0) end = Math.min(end, q / p);
  }
  if (begin > end) return null;
  return [
    [x1 + begin * dx, y1 + begin * dy],
    [x1 + end * dx, y1 + end * dy],
  ];
}

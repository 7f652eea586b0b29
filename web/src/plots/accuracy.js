// Accuracy by class: intersection over union, and the confusion matrix.
import { categoryAxis, shortened, valueAxis } from '../axes.js';
import { normaliseRows } from '../statistics.js';
import { notesOf, stamp, wordsOf } from '../status.js';
import { hatch } from '../theme.js';
import { countText, figureText, measured, reasonOf, significant } from '../text.js';

const kFigures = ['miou'];

/** @param {{row: any, results: any}} context @returns {import('../chart.js').Plot} */
export function classIou({ row, results }) {
  const iou = row.per_class_iou ?? [];
  if (iou.length === 0) return { empty: `No accuracy by class: ${reasonOf(row.miou)}.` };
  const names = iou.map((_, i) => results.class_names?.[i] ?? `class ${i}`);
  const absent = iou.filter((value) => value < 0).length;
  return {
    label: `Intersection over union of ${countText(iou.length, 'class', 'classes')}. mIoU ${figureText(row.miou)}.`,
    height: () => 66 + iou.length * 19,
    notes: () => [
      `mIoU ${figureText(row.miou)}${measured(row.miou) ? ' (dashed)' : ''}.${absent > 0 ? ` ${countText(absent, 'class', 'classes')} neither in the labels nor in the answers: in no mean.` : ''}`,
      ...notesOf(row, kFigures),
    ],
    option: (view) => {
      const { theme } = view;
      const invalid = row.miou?.status === 'invalid';
      const left = Math.min(120, Math.round(view.width * 0.28));
      return {
        title: stamp(theme, wordsOf(row, kFigures)),
        grid: { left, right: 44, top: 24, bottom: 42 },
        xAxis: valueAxis(theme, 'intersection over union, %', { min: 0, max: 100, nameGap: 24 }),
        yAxis: categoryAxis(theme, names, {
          inverse: true,
          axisLabel: { formatter: (name) => shortened(name, Math.floor((left - 10) / 6)) },
        }),
        tooltip: {
          formatter: ({ name, dataIndex }) =>
            iou[dataIndex] < 0 ? `${name}: absent` : `${name}: ${significant(iou[dataIndex])} %`,
        },
        series: [
          {
            type: 'bar',
            barMaxWidth: 13,
            itemStyle: { color: theme.series[0], decal: invalid ? hatch(theme) : undefined },
            data: iou.map((value) => ({
              value: value < 0 ? 0 : value,
              label: {
                show: true,
                position: 'right',
                color: theme.text,
                fontSize: 10,
                textBorderColor: theme.paper,
                textBorderWidth: 2,
                formatter: value < 0 ? 'absent' : value.toFixed(1),
              },
            })),
            markLine: measured(row.miou)
              ? {
                  silent: true,
                  symbol: 'none',
                  lineStyle: { color: theme.series[1], type: 'dashed', width: 1.4 },
                  label: { position: 'start', color: theme.text, fontSize: 11, formatter: 'mIoU', distance: 3 },
                  data: [{ xAxis: row.miou.value }],
                }
              : undefined,
          },
        ],
      };
    },
    table: () => ({
      head: ['class', 'IoU, %'],
      rows: iou.map((value, i) => [names[i], value < 0 ? 'absent' : value.toFixed(2)]),
    }),
  };
}

/** @param {{row: any, rowData: import('../data.js').RowData}} context @returns {import('../chart.js').Plot} */
export function confusion({ row, rowData }) {
  const matrix = rowData?.confusion;
  if (!matrix || matrix.counts.length === 0) return { empty: `No confusion matrix: ${reasonOf(row.miou)}.` };
  const { classes, counts } = matrix;
  const shares = normaliseRows(counts);
  const n = classes.length;
  const side = (width) => Math.min(width, 640);
  const margin = (width) => Math.min(104, Math.round(side(width) * 0.23));
  const diagonal = counts.reduce((sum, row_, i) => sum + row_[i], 0);
  const all = counts.flat().reduce((sum, count) => sum + count, 0);
  return {
    label: `Confusion matrix of ${countText(n, 'class', 'classes')}, each true class is 100 %. ${significant((100 * diagonal) / all, 4)} % of all pixels are on the diagonal.`,
    height: (width) => side(width) + 44,
    notes: () => [
      'Each row is a true class and adds up to 100 %; the diagonal is its recall. Linear colours. An empty row is a class without a pixel.',
      ...notesOf(row, kFigures),
    ],
    option: (view) => {
      const { theme } = view;
      const edge = margin(view.width);
      const size = side(view.width) - edge - 12;
      const left = Math.max(edge, Math.round((view.width - size) / 2));
      const cell = size / n;
      const label = {
        fontSize: cell < 16 ? 8.5 : 10.5,
        formatter: (name) => shortened(name, Math.floor((edge - 22) / (cell < 16 ? 4.8 : 5.9))),
      };
      const data = shares.flatMap((line, truth) =>
        line.map((share, answer) => [answer, truth, share == null ? '-' : 100 * share]),
      );
      return {
        title: stamp(theme, wordsOf(row, kFigures), 0),
        grid: { left, width: size, top: 26, height: size },
        xAxis: categoryAxis(theme, classes, {
          name: 'answer',
          nameGap: edge - 12,
          position: 'bottom',
          axisLabel: { ...label, rotate: 90 },
        }),
        yAxis: categoryAxis(theme, classes, { name: 'truth', nameGap: edge - 14, inverse: true, axisLabel: label }),
        visualMap: { type: 'continuous', min: 0, max: 100, show: false, inRange: { color: theme.ramp }, seriesIndex: 0 },
        tooltip: {
          formatter: ({ value: [answer, truth, share] }) =>
            `${classes[truth]} answered as ${classes[answer]}\n${countText(counts[truth][answer], 'pixel')}${share === '-' ? '' : `, ${significant(share, 3)} % of the class`}`,
        },
        series: [
          {
            type: 'heatmap',
            data,
            itemStyle: { borderColor: theme.grid, borderWidth: cell < 10 ? 0 : 0.5 },
            label: {
              show: cell >= 22,
              fontSize: 9.5,
              formatter: ({ value }) => (value[2] === '-' || value[2] < 0.5 ? '' : value[2].toFixed(0)),
            },
          },
        ],
      };
    },
    table: () => ({
      head: ['truth \\ answer', ...classes, 'pixels'],
      rows: counts.map((line, i) => [
        classes[i],
        ...shares[i].map((share) => (share == null ? '' : significant(100 * share, 3))),
        line.reduce((a, b) => a + b, 0),
      ]),
    }),
  };
}

// All rows of all directories as points of plots that compare them.
import { powerOrigin } from './status.js';
import { boundaryText, countText, figureText, measured, reasonOf } from './text.js';

/**
 * @typedef {Object} Item  one row
 * @property {any} row     of results.json
 * @property {string} name unique among all
 * @property {string} group  device and backend: gives the colour
 * @property {{boundary: string, text: string, simulated: boolean}} power
 */

/** @param {import('./data.js').Data} data @returns {Item[]} */
export function itemsOf(data) {
  const several = data.directories.length > 1;
  const rows = data.directories.flatMap(({ name, results }) =>
    results.rows.map((row) => ({ row, name: several ? `${name}: ${row.id}` : row.id })),
  );
  const devices = new Set(rows.map(({ row }) => row.device)).size > 1;
  return rows.map(({ row, name }) => ({
    row,
    name,
    group: devices ? `${row.device} · ${row.backend}` : row.backend,
    power: powerOrigin(row),
  }));
}

/** Groups in the order of their first row. @param {Item[]} items */
export const groupsOf = (items) => [...new Set(items.map(({ group }) => group))];

/** Rows that have both figures, and a sentence on those that have not. @param {Item[]} items */
export function having(items, figures) {
  const there = items.filter(({ row }) => figures.every((name) => measured(row[name])));
  const reasons = new Map();
  for (const { row } of items.filter((item) => !there.includes(item))) {
    const reason = reasonOf(row[figures.find((name) => !measured(row[name]))]);
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const missing = [...reasons].map(([reason, count]) => `${countText(count, 'row')}: ${reason}`).join('; ');
  return { there, missing };
}

/** Nothing is ranked across these. */
export const comparable = ({ power }) => `${power.boundary}${power.simulated ? ' simulated' : ''}`;

export const powerText = ({ power }) => `${power.text || 'boundary not told'}${power.simulated ? ', simulated' : ''}`;

/** The worst status of the figures. */
export const statusOf = ({ row }, figures) => {
  const statuses = figures.map((name) => row[name]?.status);
  return ['invalid', 'warn', 'ok'].find((status) => statuses.includes(status)) ?? 'unmeasured';
};

export const describe = (item, figures) =>
  [item.name, ...Object.entries(figures).map(([name, words]) => `${words}: ${figureText(item.row[name])}`)].join('\n');

export const boundariesOf = (items) => [
  ...new Set(items.map(({ power }) => boundaryText(power.boundary) || 'boundary not told')),
];

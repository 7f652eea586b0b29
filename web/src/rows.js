// All rows of all directories as points of plots that compare them.
import { powerOrigin } from './status.js';
import { boundaryText, countText, figureText, measured, reasonOf } from './text.js';

/**
 * @typedef {Object} Item  one row
 * @property {any} row     of results.json
 * @property {string} name unique among all
 * @property {string} group  device and backend: gives the colour
 * @property {{boundary: string, text: string, simulated: boolean}} power
 * @property {Record<string, {key: string, words: string}>} conditions  what has to be the same before rows are ranked
 */

/** What `assay compare` refuses to hold against each other, too. One campaign has one data set and one size. */
function conditionsOf(row, results) {
  const { size = '', data = '', validation = '' } = results.protocol ?? {};
  const digests = results.rows.map((one) => one.digests?.dataset).filter(Boolean);
  const same = (words) => ({ key: words, words });
  return {
    model: { key: row.digests?.model || row.model || '', words: row.model ?? '' },
    'input size': same(size),
    batch: same(String(row.batch ?? '')),
    scenario: same(row.scenario ?? ''),
    data: { key: digests[0] ?? `${data}, ${validation}`, words: [data, validation].filter(Boolean).join(', ') },
  };
}

/** @param {import('./data.js').Data} data @returns {Item[]} */
export function itemsOf(data) {
  const several = data.directories.length > 1;
  const rows = data.directories.flatMap(({ name, results }) =>
    results.rows.map((row) => ({
      row,
      name: several ? `${name}: ${row.id}` : row.id,
      conditions: conditionsOf(row, results),
    })),
  );
  const devices = new Set(rows.map(({ row }) => row.device)).size > 1;
  return rows.map((one) => ({
    ...one,
    group: devices ? `${one.row.device} · ${one.row.backend}` : one.row.backend,
    power: powerOrigin(one.row),
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

/** Nothing is ranked across these. @param {Item} item */
export const comparable = ({ power, conditions }) =>
  JSON.stringify([power.boundary, power.simulated, ...Object.values(conditions).map(({ key }) => key)]);

/** Conditions in which the items differ, each with the words of every key. @param {Item[]} items */
function differingConditions(items) {
  return Object.keys(items[0]?.conditions ?? {})
    .map((what) => {
      const words = new Map(items.map(({ conditions }) => [conditions[what].key, conditions[what].words]));
      const told = [...words.values()];
      // Two of one name: their digests tell them apart.
      const unique = (text, key) => (told.filter((one) => one === text).length > 1 ? `${text} ${key.slice(0, 8)}`.trim() : text);
      return { what, words: new Map([...words].map(([key, text]) => [key, unique(text, key) || 'not told'])) };
    })
    .filter(({ words }) => words.size > 1);
}

/** Sentences on why not all items may be ranked. @param {Item[]} items */
export function unlikeNotes(items) {
  const boundaries = [...new Set(items.map(({ power }) => boundaryText(power.boundary) || 'boundary not told'))];
  const conditions = differingConditions(items).map(({ what, words }) => `${what} (${[...words.values()].join('; ')})`);
  return [
    ...(boundaries.length > 1
      ? [`Power was measured at several boundaries (${boundaries.join(', ')}): across them nothing may be ranked.`]
      : []),
    ...(conditions.length > 0 ? [`The rows differ in ${conditions.join(', ')}: across these nothing may be ranked.`] : []),
  ];
}

/** What of an item sets it apart from others that it may not be ranked with. @param {Item} item @param {Item[]} among */
export const kindText = (item, among) =>
  [powerText(item), ...differingConditions(among).map(({ what, words }) => `${what} ${words.get(item.conditions[what].key)}`)].join(
    ', ',
  );

export const powerText = ({ power }) => `${power.text || 'boundary not told'}${power.simulated ? ', simulated' : ''}`;

/** The worst status of the figures. */
export const statusOf = ({ row }, figures) => {
  const statuses = figures.map((name) => row[name]?.status);
  return ['invalid', 'warn', 'ok'].find((status) => statuses.includes(status)) ?? 'unmeasured';
};

export const describe = (item, figures) =>
  [item.name, ...Object.entries(figures).map(([name, words]) => `${words}: ${figureText(item.row[name])}`)].join('\n');

// What is to be known before a plot is believed.
import { boundaryText } from './text.js';

/** A word across the corner: a plot of these must not look like any other. @param {import('./theme.js').Theme} theme */
export function stamp(theme, words, top = 2) {
  if (words.length === 0) return undefined;
  return {
    text: words.join(' · '),
    right: 8,
    top,
    padding: [2, 6],
    borderColor: theme.alarm,
    borderWidth: 1.5,
    borderRadius: 3,
    backgroundColor: theme.paper,
    textStyle: { color: theme.alarm, fontSize: 11, fontWeight: 'bold' },
    z: 20,
  };
}

/** A few words within a plot. @param {import('./theme.js').Theme} theme @param {string[]} lines */
export const remark = (theme, lines, place) =>
  lines.length === 0
    ? undefined
    : {
        text: lines.join('\n'),
        padding: 0,
        ...place,
        textStyle: {
          color: theme.faint,
          fontSize: 11,
          fontWeight: 'normal',
          lineHeight: 14,
          textBorderColor: theme.paper,
          textBorderWidth: 3,
        },
      };

/** Words of a row for figures by name: "INVALID", "SIMULATED". */
export function wordsOf(row, names) {
  const words = [];
  if (names.some((name) => row[name]?.status === 'invalid')) words.push('INVALID');
  if (row.simulated) words.push('SIMULATED');
  return words;
}

/** The same in sentences, with the findings' evidence. */
export function notesOf(row, names) {
  const notes = [];
  const rules = new Set(names.filter((name) => row[name]?.status === 'invalid').flatMap((name) => row[name].reasons));
  if (rules.size > 0) {
    const told = (row.findings ?? []).filter((finding) => finding.severity === 'INVALID' && rules.has(finding.rule));
    notes.push(`INVALID: ${told.length > 0 ? told.map((finding) => finding.evidence).join('; ') : [...rules].join(', ')}.`);
  }
  if (row.simulated) notes.push('Simulated: no device was measured.');
  return notes;
}

export const primarySource = (row) => (row.power_sources ?? []).find((source) => source.primary);

/** Where the row's power was measured, and whether by a simulator. */
export function powerOrigin(row) {
  const source = primarySource(row);
  return {
    boundary: source?.boundary ?? '',
    text: boundaryText(source?.boundary),
    simulated: row.simulated || (source?.simulated ?? false),
  };
}

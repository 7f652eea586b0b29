// Numbers and names as people should read them.

/** To so many significant digits, without exponent. */
export function significant(value, digits = 4) {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  const places = Math.min(20, Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value)))));
  const rounded = Number(value.toPrecision(digits));
  return places > 0 ? rounded.toFixed(places).replace(/\.?0+$/, '') : rounded.toFixed(0);
}

/** "12.3 ±0.4": the uncertainty to one significant digit (two where the first is 1), the value to the same place. */
export function withUncertainty(value, uncertainty) {
  if (!Number.isFinite(uncertainty) || !(uncertainty > 0)) return significant(value);
  const exponent = Math.floor(Math.log10(uncertainty));
  const digits = Math.floor(Number((uncertainty / 10 ** exponent).toPrecision(2))) === 1 ? 2 : 1;
  const places = Math.max(0, digits - 1 - exponent);
  return `${value.toFixed(places)} ±${uncertainty.toFixed(places)}`;
}

const kUnits = { degC: '°C' };
export const unitText = (unit) => kUnits[unit] ?? unit;

/** Value, larger side of the interval, unit and what is to be known of it. @param {import('./data.js').Figure} figure */
export function figureText(figure) {
  if (!measured(figure)) return `${figure?.status === 'invalid' ? 'invalid' : 'unmeasured'}: ${reasonOf(figure)}`;
  const { value, lo, hi, unit, status } = figure;
  const side = lo == null || hi == null ? Number.NaN : Math.max(value - lo, hi - value);
  const text = `${withUncertainty(value, side)} ${unitText(unit)}`;
  return status === 'ok' ? text : `${text} (${status.toUpperCase()})`;
}

export const measured = (figure) => figure != null && figure.value != null && figure.status !== 'unmeasured';

/** Why a figure has no value. */
export const reasonOf = (figure) => figure?.reasons?.[0] ?? 'not measured';

const kBoundaries = {
  dc_input: 'DC input', ac_input: 'AC input', board: 'board', rail: 'rail', package: 'package', chip: 'chip',
};
export const boundaryText = (boundary) => kBoundaries[boundary] ?? boundary ?? '';

/** "1 row", "3 rows" */
export const countText = (count, one, many = `${one}s`) => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

// Numbers and names as people should read them.

// The rules of the console's table (src/report/number_text.cc), so that page and plots agree.

const fixed = (value, decimals) => {
  const step = 10 ** -decimals;
  return (decimals < 0 ? Math.round(value / step) * step : value).toFixed(Math.min(20, Math.max(0, decimals)));
};
const decimalsFor = (value, digits) => digits - 1 - Math.floor(Math.log10(Math.abs(value)));

/** To so many significant digits, without exponent. */
export function significant(value, digits = 4) {
  if (!Number.isFinite(value)) return 'not finite';
  if (value === 0) return '0';
  const decimals = decimalsFor(value, digits);
  const text = fixed(value, decimals);
  return decimals > 0 ? text.replace(/\.?0+$/, '') : text;
}

/** "12.3 ±0.4": the uncertainty to one significant digit (two where the first is 1), the value to the same place. */
export function withUncertainty(value, uncertainty) {
  if (!Number.isFinite(uncertainty) || !(uncertainty > 0)) return significant(value);
  const one = decimalsFor(uncertainty, 1);
  const decimals = uncertainty * 10 ** one < 1.95 ? one + 1 : one;
  return `${fixed(value, decimals)} ±${fixed(uncertainty, decimals)}`;
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
  dc_input: 'DC input',
  ac_input: 'AC input',
  board: 'board',
  rail: 'rail',
  package: 'package',
  chip: 'chip',
};
export const boundaryText = (boundary) => kBoundaries[boundary] ?? boundary ?? '';

/** "1 row", "3 rows" */
export const countText = (count, one, many = `${one}s`) => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

// Fewer points for drawing, and no spike lost.

/** First index whose x is not under the value. @param {ArrayLike<number>} x ascending */
export function lowerBound(x, value) {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * M4 (Jugel et al. 2014): of every pixel column the first, the least, the greatest and the last sample. A line through
 * these colours the same pixels as a line through all.
 * @param {ArrayLike<number>} x ascending
 * @param {ArrayLike<number>} y
 * @param {number} from @param {number} to what is shown; one sample on either side of it is kept
 * @param {number} columns pixels
 * @returns {number[]} ascending indices
 */
export function m4(x, y, from, to, columns) {
  const begin = Math.max(0, lowerBound(x, from) - 1);
  let end = lowerBound(x, to);
  while (end < x.length && x[end] === to) ++end;
  end = Math.min(x.length, end + 1);
  const kept = [];
  if (end - begin <= 4 * columns || !(to > from)) {
    for (let i = begin; i < end; ++i) kept.push(i);
    return kept;
  }
  const scale = columns / (to - from);
  let column = Number.NEGATIVE_INFINITY;
  let first = -1;
  let least = -1;
  let greatest = -1;
  const close = (last) => {
    if (first < 0) return;
    const [a, b] = least < greatest ? [least, greatest] : [greatest, least];
    kept.push(first);
    if (a !== first) kept.push(a);
    if (b !== a && b !== first) kept.push(b);
    if (last !== b && last !== a && last !== first) kept.push(last);
  };
  for (let i = begin; i < end; ++i) {
    const at = Math.floor((x[i] - from) * scale);
    if (at !== column) {
      close(i - 1);
      column = at;
      first = least = greatest = i;
    } else {
      if (y[i] < y[least]) least = i;
      if (y[i] > y[greatest]) greatest = i;
    }
  }
  close(end - 1);
  return kept;
}

/** Of the given indices the one with the greatest y in each pixel column. */
export function highest(indices, x, y, from, to, columns) {
  const best = new Map();
  for (const i of indices) {
    if (!(x[i] >= from && x[i] <= to)) continue;
    const column = Math.floor(((x[i] - from) / (to - from)) * columns);
    const held = best.get(column);
    if (held === undefined || y[i] > y[held]) best.set(column, i);
  }
  return [...best.values()].sort((a, b) => a - b);
}

/** Indices before which readings are missing: longer than 2.5 usual steps. A line is not drawn across. */
export function gapsIn(t) {
  const steps = [];
  for (let i = 1; i < t.length; ++i) steps.push(t[i] - t[i - 1]);
  if (steps.length < 2) return [];
  const usual = [...steps].sort((a, b) => a - b)[steps.length >> 1];
  const gaps = [];
  steps.forEach((step, i) => {
    if (step > 2.5 * usual) gaps.push(i + 1);
  });
  return gaps;
}

// What the plots compute themselves; figures and their bounds come from the results and are never formed again here.

/** Linear interpolation between order statistics (type 7, numpy's default). @param {ArrayLike<number>} sorted */
export function quantile(sorted, share) {
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

/** Where 998 of 1000 values are. @param {ArrayLike<number>} sorted */
export const bulk = (sorted) => [quantile(sorted, 0.001), quantile(sorted, 0.999)];

const countUnder = (sorted, value) => {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
};

/**
 * Bins of Freedman and Diaconis: 2 IQR / n^(1/3) wide; Sturges' where the IQR is 0. Where that gives more than `limit`, as one
 * far outlier does, the bins around the median stay as wide as they are and `under` and `over` count what lies outside.
 * @param {ArrayLike<number>} sorted ascending, not empty
 * @returns {{edges: number[], counts: number[], under: number, over: number}} the last bin includes its upper edge
 */
export function histogram(sorted, limit = 80) {
  const n = sorted.length;
  const min = sorted[0];
  const max = sorted[n - 1];
  if (min === max) {
    return {
      edges: [min - 0.5 * Math.abs(min || 1) * 0.01, min + 0.5 * Math.abs(min || 1) * 0.01],
      counts: [n],
      under: 0,
      over: 0,
    };
  }
  let width = (2 * (quantile(sorted, 0.75) - quantile(sorted, 0.25))) / Math.cbrt(n);
  if (!(width > 0)) width = (max - min) / (Math.ceil(Math.log2(n)) + 1);
  let lo = min;
  let hi = max;
  if ((max - min) / width > limit) {
    lo = Math.max(min, quantile(sorted, 0.5) - (limit / 2) * width);
    hi = Math.min(max, lo + limit * width);
  }
  const bins = Math.max(1, Math.ceil((hi - lo) / width - 1e-9));
  const edges = Array.from({ length: bins + 1 }, (_, i) => (i === bins ? hi : lo + ((hi - lo) * i) / bins));
  return { edges, ...countIn(sorted, edges) };
}

/** How many lie in each bin, under the first edge and over the last. @param {ArrayLike<number>} sorted */
export function countIn(sorted, edges) {
  const under = edges.map((edge) => countUnder(sorted, edge));
  const last = edges.length - 1;
  let top = under[last];
  while (top < sorted.length && sorted[top] === edges[last]) ++top;
  const counts = [];
  for (let i = 0; i < last; ++i) counts.push((i + 1 === last ? top : under[i + 1]) - under[i]);
  return { counts, under: under[0], over: sorted.length - top };
}

/**
 * Indices of points that no other point beats in both coordinates (less is better), by ascending x. Of equal points each stays.
 * @param {{x: number, y: number}[]} points
 */
export function paretoFront(points) {
  const order = points.map((_, i) => i).sort((a, b) => points[a].x - points[b].x || points[a].y - points[b].y);
  const front = [];
  let best = Number.POSITIVE_INFINITY;
  let bestX = Number.NaN;
  for (const i of order) {
    const { x, y } = points[i];
    if (y < best || (y === best && x === bestX)) {
      front.push(i);
      best = y;
      bestX = x;
    }
  }
  return front;
}

/** Each row divided by its sum; a row without any count is all null. @param {number[][]} counts */
export const normaliseRows = (counts) =>
  counts.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => (total > 0 ? count / total : null));
  });

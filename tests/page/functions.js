// What the tests call by name, out of the page's own modules.
export { decode, startTimes } from '../../web/src/data.js';
export { gapsIn, highest, lowerBound, m4 } from '../../web/src/downsample.js';
export { bulk, countIn, histogram, normaliseRows, paretoFront, quantile } from '../../web/src/statistics.js';
export { logRange, logTicks, shortened, tickDigits } from '../../web/src/axes.js';
export { clipped } from '../../web/src/points.js';
export { significant, withUncertainty } from '../../web/src/text.js';

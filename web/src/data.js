// The page's data: read once, decoded where a plot asks for it.
import { unzlibSync } from 'fflate';

/**
 * @typedef {{dtype: 'f32'|'i32', length: number, deflate: string}} Blob  base64 of a zlib stream, little endian
 * @typedef {{first_us: number, start_delta_us: Blob, latency_ms: Blob}} Series
 * @typedef {{name: string, unit: string, kind: string, source: string, boundary: string, simulated: boolean,
 *            t_s: Blob, value: Blob}} Reading
 * @typedef {{repeat: number, failure?: string, windows: {name: string, begin_s: number, end_s: number}[], warmup: Series, timed: Series,
 *            readings: Reading[]}} Run
 * @typedef {{value: number|null, unit: string, lo: number|null, hi: number|null,
 *            status: 'ok'|'warn'|'invalid'|'unmeasured', reasons: string[]}} Figure
 * @typedef {{id: string, runs: Run[], confusion: {classes: string[], counts: number[][]}|null}} RowData
 * @typedef {{name: string, results: any, rows: RowData[]}} Directory
 * @typedef {{format: number, directories: Directory[], published: any[]}} Data
 */

const kFormat = 1;

/** @returns {Data} Throws where the text is not the page's data. */
export function parseData(text) {
  const data = JSON.parse(text);
  if (data?.format !== kFormat || !Array.isArray(data.directories)) {
    throw new Error(`data of format ${kFormat} was expected, found ${data?.format}`);
  }
  return data;
}

const bytesOf = (text) => {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; ++i) bytes[i] = characters.charCodeAt(i);
  return bytes;
};

/**
 * Synchronous, since a page that is about to be printed waits for no promise.
 * @param {Blob} blob
 * @returns {Float32Array|Int32Array} Throws where the stream does not hold what it says.
 */
export function decode(blob) {
  const arrays = { f32: Float32Array, i32: Int32Array };
  const array = arrays[blob.dtype];
  if (!array) throw new Error(`a dtype of f32 or i32 was expected, found ${blob.dtype}`);
  if (blob.length === 0) return new array(0);
  // One value more than there should be: a stream that is too long shows.
  const bytes = unzlibSync(bytesOf(blob.deflate), { out: new Uint8Array(blob.length * 4 + 4) });
  if (bytes.length !== blob.length * 4) {
    throw new Error(`${blob.length} values were expected, found ${bytes.length / 4}`);
  }
  return new array(bytes.buffer, bytes.byteOffset, blob.length);
}

/** Begins of inferences in seconds from the begin of the timed window. */
export function startTimes(firstUs, deltas) {
  const seconds = new Float64Array(deltas.length);
  let us = firstUs;
  for (let i = 0; i < deltas.length; ++i) {
    us += deltas[i];
    seconds[i] = us * 1e-6;
  }
  return seconds;
}

const decoded = new WeakMap();

/** Once for each owner. @template T @param {object} owner @param {() => T} make @returns {T} */
export function once(owner, key, make) {
  const made = decoded.get(owner) ?? {};
  decoded.set(owner, made);
  if (!(key in made)) made[key] = make();
  return made[key];
}

/** @param {Series} series @returns {{start_s: Float64Array, latency_ms: Float32Array}} */
export const samplesOf = (series) =>
  once(series, 'samples', () => {
    const latency_ms = decode(series.latency_ms);
    const start_s = startTimes(series.first_us, decode(series.start_delta_us));
    if (start_s.length !== latency_ms.length) {
      throw new Error(`${start_s.length} starts for ${latency_ms.length} latencies`);
    }
    return { start_s, latency_ms };
  });

/** @param {Reading} reading @returns {{t_s: Float32Array, value: Float32Array}} */
export const readingsOf = (reading) =>
  once(reading, 'values', () => ({ t_s: decode(reading.t_s), value: decode(reading.value) }));

/** Latencies of each repeat and of all together, each ascending. @param {RowData} row */
export const sortedLatencies = (row) =>
  once(row, 'sorted', () => {
    const repeats = timedRuns(row).map((run) => samplesOf(run.timed).latency_ms.slice().sort());
    const pooled = new Float32Array(repeats.reduce((sum, one) => sum + one.length, 0));
    let at = 0;
    for (const one of repeats) {
      pooled.set(one, at);
      at += one.length;
    }
    return { repeats, pooled: pooled.sort() };
  });

const hasLatencies = (run) => run.timed?.latency_ms.length > 0;

/** Runs that ended well and have timed latencies: those that figures are formed from. @param {RowData} row @returns {Run[]} */
export const timedRuns = (row) => (row?.runs ?? []).filter((run) => hasLatencies(run) && !run.failure);

/** What failed runs left. @param {RowData} row @returns {Run[]} */
export const failedRuns = (row) => (row?.runs ?? []).filter((run) => hasLatencies(run) && run.failure);

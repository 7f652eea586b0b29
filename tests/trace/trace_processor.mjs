// trace_processor.mjs ENGINE TRACE SQL...: loads a trace into Perfetto's trace processor and prints the rows of each
// query as one line of JSON, a list of objects. ENGINE is a folder with engine_bundle.js and trace_processor.wasm of
// Perfetto's viewer, which are made for a browser's worker: here they get what they use of one.
import {readFileSync, openSync, readSync, closeSync} from 'node:fs';
import {join} from 'node:path';

const [engine, trace, ...queries] = process.argv.slice(2);
const die = (text) => { console.error(`trace_processor.mjs: ${text}`); process.exit(1); };
if (queries.length === 0) die('expected ENGINE TRACE SQL...');

class FileRequest {  // The engine fetches its wasm by a synchronous XMLHttpRequest.
  open(_method, url) { this.url = url; }
  send() {
    const bytes = readFileSync(join(engine, this.url));
    this.status = 200;
    this.response = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  }
}

// Protobuf, as far as perfetto.protos.TraceProcessorRpc needs it.
const varint = (value) => {
  const out = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) out.push(value % 128 | 0x80);
  return [...out, value];
};
const field = (number, bytes) => Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes]);
const flag = (number, value) => Buffer.from([...varint(number * 8), ...varint(value)]);
class Reader {
  constructor(bytes) { this.bytes = bytes; this.at = 0; }
  more() { return this.at < this.bytes.length; }
  varint() {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) die('an answer of the engine ends within a number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
  }
  take(length) { return this.bytes.subarray(this.at, this.at += length); }
  * fields() {
    while (this.more()) {
      const tag = Number(this.varint());
      const kind = tag & 7;
      const value = kind === 0 ? this.varint() : this.take(kind === 2 ? Number(this.varint()) : kind === 1 ? 8 : 4);
      yield [tag >> 3, value];
    }
  }
}
const text = (bytes) => Buffer.from(bytes).toString('utf8');

const answers = [];
const port = {postMessage: (bytes) => answers.push(Buffer.from(bytes))};
const self = {location: {href: 'file:///'}};
// A node that has 64-bit memories would make the engine ask for its other build: its probe,
// a module that begins with such a memory, fails.
class Module extends WebAssembly.Module {
  constructor(bytes) {
    if (bytes[8] === 5 && bytes[11] === 4) throw new WebAssembly.CompileError('no 64-bit memory here');
    super(bytes);
  }
}
const assembly = Object.create(WebAssembly, {Module: {value: Module}});
const worker = new Function('self', 'WorkerGlobalScope', 'XMLHttpRequest', 'process', 'console', 'WebAssembly',
    readFileSync(join(engine, 'engine_bundle.js'), 'utf8'));
worker(self, class {}, FileRequest, undefined, {...console, log: () => {}, warn: () => {}}, assembly);
self.onmessage({data: port});
await new Promise((resolve) => setTimeout(resolve, 0));  // The engine has started when all promises have settled.

function request(...fields) {
  port.onmessage({data: new Uint8Array(field(1, Buffer.concat(fields)))});
  const replies = [];
  for (const [number, message] of new Reader(Buffer.concat(answers.splice(0))).fields()) {
    if (number !== 1) die(`an answer with field ${number}`);
    const reply = new Map();
    for (const [key, value] of new Reader(message).fields()) reply.set(key, value);
    if (reply.has(5)) die(`the engine stopped: ${text(reply.get(5))}`);
    replies.push(reply);
  }
  return replies;
}
const METHOD = 2, APPEND_DATA = 101, QUERY = 103, APPENDED = 201, RESULT = 203, FINALIZED = 212;
const refuse = (message, key) => {
  for (const [number, value] of new Reader(message ?? Buffer.alloc(0)).fields())
    if (number === key) die(text(value));
};

const file = openSync(trace, 'r');
const chunk = Buffer.alloc(1 << 24);
for (let length; (length = readSync(file, chunk)) > 0;)
  for (const reply of request(flag(METHOD, 1), field(APPEND_DATA, chunk.subarray(0, length)))) refuse(reply.get(APPENDED), 2);
closeSync(file);
for (const reply of request(flag(METHOD, 2))) refuse(reply.get(FINALIZED), 1);

function rows(batch, columns) {
  const parts = new Map();
  for (const [key, value] of new Reader(batch).fields()) parts.set(key, value);
  const cells = new Reader(parts.get(1) ?? Buffer.alloc(0));
  const integers = new Reader(parts.get(2) ?? Buffer.alloc(0));
  const reals = new Reader(parts.get(3) ?? Buffer.alloc(0));
  const strings = text(parts.get(5) ?? '').split('\0');
  const out = [];
  while (cells.more()) {
    const values = columns.map((name) => {
      const kind = Number(cells.varint());
      const value = kind === 1 ? 'null'
          : kind === 2 ? integers.varint().toString()  // Digits: JSON's own numbers would lose nanoseconds.
          : kind === 3 ? JSON.stringify(Buffer.from(reals.take(8)).readDoubleLE())
          : kind === 4 ? JSON.stringify(strings.shift())
          : die(`a cell of kind ${kind}`);
      return `${JSON.stringify(name)}:${value}`;
    });
    out.push(`{${values.join(',')}}`);
  }
  return out;
}

for (const query of queries) {
  const columns = [];
  const out = [];
  for (const reply of request(flag(METHOD, 3), field(QUERY, field(1, Buffer.from(query)))))
    for (const [key, value] of new Reader(reply.get(RESULT)).fields()) {
      if (key === 1) columns.push(text(value));
      if (key === 2 && value.length > 0) die(`${text(value)}\nin: ${query}`);
      if (key === 3) out.push(...rows(value, columns));
    }
  console.log(`[${out.join(',')}]`);
}

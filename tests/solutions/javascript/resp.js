// The protocol: requests out of the chunks that a client sends, and replies as buffers.

const MAX_LINE = 64 * 1024;
const MAX_BULK = 512n * 1024n * 1024n;
const MAX_ARGUMENTS = 2n ** 31n - 1n;

/** After it there is no way to tell where the next request begins. */
export class ProtocolError extends Error {}

/** Yields each request as an array of buffers, however the chunks were split on the way. */
export async function* requests(chunks) {
  const input = new Input(chunks);
  for (;;) {
    const line = await input.line();
    if (line === undefined) return;
    const request = line.startsWith('*') ? await readArray(input, line) : words(line);
    if (request === undefined) return;
    if (request.length > 0) yield request; // Redis passes over empty lines and arrays as well
  }
}

async function readArray(input, header) {
  const count = integer(header.slice(1));
  if (count === undefined || count > MAX_ARGUMENTS) {
    throw new ProtocolError('invalid multibulk length');
  }
  const request = [];
  while (request.length < count) {
    const line = await input.line();
    if (line === undefined) return undefined;
    if (!line.startsWith('$')) throw new ProtocolError(`expected '$', got '${line.slice(0, 1)}'`);
    const length = integer(line.slice(1));
    if (length === undefined || length < 0n || length > MAX_BULK) {
      throw new ProtocolError('invalid bulk length');
    }
    const bulk = await input.block(Number(length) + 2);
    if (bulk === undefined) return undefined;
    request.push(bulk.subarray(0, -2));
  }
  return request;
}

function words(line) {
  return (line.match(/\S+/g) ?? []).map((word) => Buffer.from(word, 'latin1'));
}

/** The bytes of a client, taken in the portions that the protocol has; undefined at their end. */
class Input {
  #chunks;
  #buffer = Buffer.alloc(0);

  constructor(chunks) {
    this.#chunks = chunks;
  }

  /** A line without its end, as a string with one character for each byte. */
  async line() {
    let end;
    while ((end = this.#buffer.indexOf('\n')) < 0) {
      if (this.#buffer.length > MAX_LINE) throw new ProtocolError(`too big ${this.#kindOfLine()}`);
      if (!(await this.#fill(this.#buffer.length + 1))) return undefined;
    }
    return this.#take(end + 1).toString('latin1').replace(/\r?\n$/, '');
  }

  async block(length) {
    return (await this.#fill(length)) ? this.#take(length) : undefined;
  }

  /** Waits for chunks until there are `length` bytes, and says whether they came. */
  async #fill(length) {
    const parts = [this.#buffer];
    let total = this.#buffer.length;
    while (total < length) {
      const { value, done } = await this.#chunks.next();
      if (done) return false;
      parts.push(value);
      total += value.length;
    }
    if (parts.length > 1) this.#buffer = Buffer.concat(parts, total);
    return true;
  }

  #take(length) {
    const taken = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return taken;
  }

  #kindOfLine() {
    const kinds = { '*': 'mbulk count string', $: 'bulk count string' };
    return kinds[String.fromCharCode(this.#buffer[0])] ?? 'inline request';
  }
}

/** A number of 64 bits as Redis reads it: no plus sign, no leading zero, no space. */
export function integer(text) {
  if (!/^(0|-?[1-9][0-9]{0,18})$/.test(text)) return undefined;
  const number = BigInt(text);
  return BigInt.asIntN(64, number) === number ? number : undefined;
}

export function simple(text) {
  return Buffer.from(`+${text}\r\n`);
}

export function bulk(value) {
  if (value === undefined) return Buffer.from('$-1\r\n');
  return Buffer.concat([Buffer.from(`$${value.length}\r\n`), value, Buffer.from('\r\n')]);
}

export function error(message) {
  return Buffer.from(`-${message.replace(/[\r\n]/g, ' ')}\r\n`, 'latin1');
}

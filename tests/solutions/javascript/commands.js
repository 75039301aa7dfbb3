// The commands: what each is called, how many arguments it takes, and what it does.

import * as resp from './resp.js';

const MAX_DEADLINE = 2n ** 63n - 1n;

class CommandError extends Error {}

// name: [function, least arguments, most arguments]
const COMMANDS = new Map([
  ['ping', [ping, 0, 1]],
  ['echo', [echo, 1, 1]],
  ['get', [get, 1, 1]],
  ['set', [set, 2, Infinity]],
]);

/** The reply to a request, as a buffer. */
export function execute(store, [name, ...args]) {
  const lowerName = name.toString('latin1').toLowerCase();
  try {
    if (!COMMANDS.has(lowerName)) throw new CommandError(unknown(name, args));
    const [run, least, most] = COMMANDS.get(lowerName);
    if (args.length < least || args.length > most) {
      throw new CommandError(`wrong number of arguments for '${lowerName}' command`);
    }
    return run(store, args);
  } catch (problem) {
    if (!(problem instanceof CommandError)) throw problem;
    return resp.error(`ERR ${problem.message}`);
  }
}

function unknown(name, args) {
  let beginning = '';
  for (const argument of args) {
    if (beginning.length >= 128) break;
    beginning += `'${argument.toString('latin1', 0, 128 - beginning.length)}' `;
  }
  const shown = name.toString('latin1', 0, 128);
  return `unknown command '${shown}', with args beginning with: ${beginning}`;
}

function ping(_, [message]) {
  return message === undefined ? resp.simple('PONG') : resp.bulk(message);
}

function echo(_, [message]) {
  return resp.bulk(message);
}

function get(store, [key]) {
  return resp.bulk(store.get(key)?.value);
}

function set(store, [key, value, ...args]) {
  const options = readOptions(args);
  const old = store.get(key);
  const deadline = options.has('KEEPTTL') ? old?.deadline : readDeadline(options);
  const permitted = !(options.has('NX') && old) && !(options.has('XX') && !old);
  if (permitted) store.set(key, value, deadline);
  if (options.has('GET')) return resp.bulk(old?.value);
  return permitted ? resp.simple('OK') : resp.bulk(undefined);
}

/** The options of SET and their numbers. As in Redis, a repeated option counts as it came last. */
function readOptions(args) {
  const options = new Map();
  const rest = args.values();
  for (const argument of rest) {
    const name = argument.toString('latin1').toUpperCase();
    if (['NX', 'XX', 'GET', 'KEEPTTL'].includes(name)) {
      options.set(name, true);
    } else if (['EX', 'PX', 'EXAT', 'PXAT'].includes(name)) {
      const { value, done } = rest.next();
      if (done) throw new CommandError('syntax error');
      options.set(name, value.toString('latin1'));
    } else {
      throw new CommandError('syntax error');
    }
  }
  for (const exclusive of [['NX', 'XX'], ['EX', 'PX', 'EXAT', 'PXAT', 'KEEPTTL']]) {
    const given = exclusive.filter((name) => options.has(name));
    if (given.length > 1) throw new CommandError('syntax error');
  }
  return options;
}

/** In milliseconds since 1970; undefined means never. */
function readDeadline(options) {
  for (const unit of ['EX', 'PX', 'EXAT', 'PXAT'].filter((name) => options.has(name))) {
    const number = resp.integer(options.get(unit));
    if (number === undefined) throw new CommandError('value is not an integer or out of range');
    const start = unit.endsWith('AT') ? 0n : BigInt(Date.now());
    const deadline = start + number * (unit.startsWith('EX') ? 1000n : 1n);
    if (number <= 0n || deadline > MAX_DEADLINE) {
      throw new CommandError("invalid expire time in 'set' command");
    }
    return Number(deadline);
  }
  return undefined;
}

// The store: keys, their values, and a timer for each key that has a deadline.

const LONGEST_TIMER = 2 ** 31 - 1; // in milliseconds; Node fires a longer one at once

export class Store {
  // By key as a string with one character for each byte: a Map would compare buffers by identity.
  #entries = new Map();

  /** The value of a key and its deadline in milliseconds since 1970. */
  get(key) {
    const entry = this.#entries.get(key.toString('latin1'));
    return entry && !hasPassed(entry.deadline) ? entry : undefined;
  }

  set(key, value, deadline) {
    const name = key.toString('latin1');
    clearTimeout(this.#entries.get(name)?.timer);
    // A copy: the value is a part of the chunk that it came in, and would keep all of that alive.
    const entry = { value: Buffer.from(value), deadline };
    this.#entries.set(name, entry);
    if (deadline !== undefined) this.#schedule(name, entry);
  }

  #schedule(name, entry) {
    const remove = () => {
      if (hasPassed(entry.deadline)) this.#entries.delete(name);
      else this.#schedule(name, entry); // too far off for one timer
    };
    const left = Math.max(entry.deadline + 1 - Date.now(), 0);
    entry.timer = setTimeout(remove, Math.min(left, LONGEST_TIMER));
  }
}

/** As in Redis, a key lives until the end of its last millisecond. */
function hasPassed(deadline) {
  return deadline !== undefined && deadline < Date.now();
}

// What the server does not have yet, kept in this browser: for a line that broke, a window that crashed, a sign-in that
// ended. One copy a window, called after the appeal and the account, and erased as soon as the server has it.

/** @typedef {{at: string, base: number, base_rows: any[], rows: any[]}} Copy */

const LONGEST = 14 * 24 * 3600 * 1000; // ms that a copy stays where nobody comes back for it

/** @type {(state: {appeal: number, me: string}) => string} */
const prefix = ({ appeal, me }) => `editor ${appeal} ${me} `;

export class Keeper {
  #name;

  /**
   * @param {{appeal: number, me: string}} state
   * @param {string} tab
   */
  constructor(state, tab) {
    this.#name = prefix(state) + tab;
  }

  /** False where this browser keeps nothing. @param {Omit<Copy, "at"> & {at?: string}} copy */
  write(copy) {
    try {
      localStorage.setItem(this.#name, JSON.stringify({ at: new Date().toISOString(), ...copy }));
      return true;
    } catch {
      return false;
    }
  }

  erase() {
    forget(this.#name);
  }
}

/** Copies that other windows left, the newest first. @type {(state: {appeal: number, me: string}) => (Copy & {name: string})[]} */
export function copies(state) {
  try {
    const old = new Date(Date.now() - LONGEST).toISOString();
    const kept = Object.keys(localStorage).filter((name) => name.startsWith("editor ")).flatMap(read);
    kept.filter(({ at }) => at < old).forEach(({ name }) => forget(name)); // of any clip and any person
    const own = kept.filter(({ at, name }) => at >= old && name.startsWith(prefix(state)));
    return own.sort((a, b) => b.at.localeCompare(a.at));
  } catch {
    return [];
  }
}

/** @param {string} name */
function read(name) {
  try {
    const copy = JSON.parse(localStorage.getItem(name) ?? "");
    return Array.isArray(copy.rows) && Array.isArray(copy.base_rows) ? [{ ...copy, name }] : [];
  } catch {
    return []; // not ours
  }
}

/** @param {string} name */
export function forget(name) {
  try {
    localStorage.removeItem(name);
  } catch {
    // this browser keeps nothing
  }
}

/** Nothing of this appeal stays here, whoever worked on it. @param {number} appeal */
export function forgetAll(appeal) {
  try {
    Object.keys(localStorage)
      .filter((name) => name.startsWith(`editor ${appeal} `))
      .forEach(forget);
  } catch {
    // this browser keeps nothing
  }
}

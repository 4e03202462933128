// What was pressed, and which action it is for; keys of people's own, and whether they clash.

import { SHORTCUTS } from "./shortcuts.js";

/** @import { Shortcut } from "./shortcuts.js" */
/**
 * What is read of a KeyboardEvent.
 * @typedef {object} Press
 * @property {string} key
 * @property {string} code
 * @property {boolean} [ctrlKey]
 * @property {boolean} [metaKey]
 * @property {boolean} [altKey]
 * @property {boolean} [shiftKey]
 * @property {boolean} [repeat]
 * @property {boolean} [isComposing]
 */
/** A user's own keys by action; none switch it off. @typedef {Readonly<Record<string, readonly string[]>>} Own */

/** What a browser keeps for itself, whatever a page wants. */
const RESERVED = new Set(
  ["W", "T", "N", "Shift+W", "Shift+T", "Shift+N", "Tab", "Shift+Tab"].map((keys) => `Ctrl+${keys}`),
);

const MODIFIERS = new Set([
  "Control",
  "Shift",
  "Alt",
  "AltGraph",
  "Meta",
  "CapsLock",
  "NumLock",
  "Dead",
  "Process",
  "",
]);

/**
 * What was pressed, as the table writes it; "" for a modifier alone. A Latin letter is the one on the key cap; on a
 * keyboard with other letters the place of the key counts, so that Ctrl+Я is Ctrl+Z. "?" is wherever it is typed.
 * @param {Press} press
 */
export function keysOf({ key, code, ctrlKey, metaKey, altKey, shiftKey }) {
  if (key === "?" && !ctrlKey && !metaKey && !altKey) return "?";
  const name = /^[a-z]$/i.test(key) ? key.toUpperCase() : placeOf(code, key);
  if (MODIFIERS.has(key) && !/^(?:Key|Digit)/.test(code)) return "";
  return [(ctrlKey || metaKey) && "Ctrl", altKey && "Alt", shiftKey && "Shift", name].filter(Boolean).join("+");
}

/**
 * Digits of the number pad are others: with Alt they write signs by their numbers on Windows.
 * @type {(code: string, key: string) => string}
 */
const placeOf = (code, key) => code.replace(/^(?:Key|Digit)|^Numpad(?=Enter)/, "") || (key === " " ? "Space" : key);

/** The order that keysOf() has, and one spelling. @param {string} keys */
const spelled = (keys) => {
  const parts = keys.split("+");
  const has = (/** @type {string} */ name) => parts.slice(0, -1).includes(name);
  return [...["Ctrl", "Alt", "Shift"].filter(has), parts[parts.length - 1]].join("+");
};

/** What stands on the key caps of most keyboards. @type {Record<string, string>} */
const CAPS = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  BracketLeft: "[",
  BracketRight: "]",
  Semicolon: ";",
  Quote: "'",
  Comma: ",",
  Period: ".",
};

/** Keys as people read them, one by one, for <kbd>: "Alt", "↑". @param {string} keys */
export const caps = (keys) => keys.split("+").map((key) => CAPS[key] ?? key);

/** The table with somebody's own keys. @type {(own?: Own) => readonly Shortcut[]} */
export const shortcuts = (own = {}) =>
  SHORTCUTS.map((one) => ({
    ...one,
    keys: (Object.hasOwn(own, one.action) ? own[one.action] : one.keys).map(spelled),
  }));

/**
 * The action that these keys are for; undefined for none, and for letters that are being composed.
 * @type {(press: Press, typing: boolean, table: readonly Shortcut[]) => Shortcut | undefined}
 */
export function actionOf(press, typing, table) {
  if (press.isComposing) return undefined;
  const keys = keysOf(press);
  const found = table.find((one) => one.keys.includes(keys) && one.where !== (typing ? "outside" : "text"));
  return press.repeat && !found?.repeats ? undefined : found;
}

/**
 * Keys that mean two things at one place, or that never arrive (no second action).
 * @type {(table: readonly Shortcut[]) => {keys: string, actions: string[]}[]}
 */
export function clashes(table) {
  const uses = table.flatMap(({ action, keys, where }) => keys.map((each) => ({ action, keys: each, where })));
  const meets = (/** @type {string} */ a, /** @type {string} */ b) => a === b || a === "anywhere" || b === "anywhere";
  const twice = uses.flatMap((a, at) =>
    uses
      .slice(at + 1)
      .filter((b) => a.keys === b.keys && a.action !== b.action && meets(a.where, b.where))
      .map((b) => ({ keys: a.keys, actions: [a.action, b.action] })),
  );
  const kept = uses.filter(({ keys }) => RESERVED.has(keys)).map(({ keys, action }) => ({ keys, actions: [action] }));
  return [...twice, ...kept];
}

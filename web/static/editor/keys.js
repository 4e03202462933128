// Every action of the editor and its keys: one table, for the page, for its help and for whoever wants other keys.

/**
 * keys: each like "Ctrl+Shift+M"; on a Mac the command key counts as Ctrl. where: "anywhere", also while typing; only
 * in the "text" of a cue; only "outside" of boxes, because it is a letter there. repeats: goes on while held down. The
 * description stands in the page's texts under `key_` and the action.
 * @typedef {{action: string, keys: readonly string[], where: "anywhere" | "text" | "outside", repeats: boolean}} Shortcut
 */
/** Of a KeyboardEvent, what is read. @typedef {{key: string, code: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, shiftKey?: boolean, repeat?: boolean, isComposing?: boolean}} Press */
/** A user's own keys by action; none switch it off. @typedef {Readonly<Record<string, readonly string[]>>} Own */

/** @type {(action: string, keys: string | string[], where?: Shortcut["where"], repeats?: boolean) => Shortcut} */
const shortcut = (action, keys, where = "anywhere", repeats = false) =>
  Object.freeze({ action, keys: [keys].flat(), where, repeats });
/** @type {(action: string, keys: string | string[]) => Shortcut} */
const held = (action, keys) => shortcut(action, keys, "anywhere", true);

/** As people know them from Subtitle Edit, Aegisub and Amara. @type {readonly Shortcut[]} */
export const SHORTCUTS = Object.freeze([
  shortcut("play", "Ctrl+Space"),
  shortcut("play_here", "Space", "outside"),
  shortcut("play_cue", "Alt+P"),
  shortcut("play_before", "Alt+Shift+P"),
  shortcut("loop", "Alt+L"),
  held("back", "Alt+ArrowLeft"),
  held("forward", "Alt+ArrowRight"),
  held("back_little", "Alt+Shift+ArrowLeft"),
  held("forward_little", "Alt+Shift+ArrowRight"),
  held("slower", "Alt+Comma"),
  held("faster", "Alt+Period"),
  held("previous_cue", "Alt+ArrowUp"),
  held("next_cue", "Alt+ArrowDown"),
  shortcut("done", "Enter", "text"),
  shortcut("line_break", "Shift+Enter", "text", true),
  shortcut("auto_break", "Alt+B"),
  shortcut("set_start", "Alt+I"),
  shortcut("set_end", "Alt+O"),
  held("start_earlier", "Alt+BracketLeft"),
  held("start_later", "Alt+BracketRight"),
  held("end_earlier", "Alt+Semicolon"),
  held("end_later", "Alt+Quote"),
  held("cue_earlier", "Alt+Shift+BracketLeft"),
  held("cue_later", "Alt+Shift+BracketRight"),
  shortcut("shift_all", "Alt+Shift+H"),
  shortcut("split", "Ctrl+Enter"),
  shortcut("merge", "Ctrl+Shift+M"),
  shortcut("insert", "Alt+N"),
  shortcut("remove", ["Ctrl+Shift+Delete", "Ctrl+Shift+Backspace"]),
  shortcut("take_first", ["Alt+A", "Alt+1"]),
  shortcut("take_second", "Alt+2"),
  shortcut("take_third", "Alt+3"),
  shortcut("right", "Alt+Enter"),
  shortcut("fix", "Alt+X"),
  shortcut("next_problem", "F8"),
  shortcut("previous_problem", "Shift+F8"),
  shortcut("find", "Ctrl+F"),
  shortcut("replace", "Ctrl+H"),
  held("undo", "Ctrl+Z"),
  held("redo", ["Ctrl+Y", "Ctrl+Shift+Z"]),
  shortcut("save", "Ctrl+S"),
  shortcut("help", "F1"),
  shortcut("help_here", "?", "outside"),
]);

/** What a browser keeps for itself, whatever a page wants. */
const RESERVED = new Set(["W", "T", "N", "Shift+W", "Shift+T", "Shift+N", "Tab", "Shift+Tab"].map((keys) => `Ctrl+${keys}`));

const MODIFIERS = new Set(["Control", "Shift", "Alt", "AltGraph", "Meta", "CapsLock", "NumLock", "Dead", "Process", ""]);

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

/** Digits of the number pad are others: with Alt they write signs by their numbers on Windows. @type {(code: string, key: string) => string} */
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
  SHORTCUTS.map((one) => ({ ...one, keys: (Object.hasOwn(own, one.action) ? own[one.action] : one.keys).map(spelled) }));

/** The action that these keys are for; undefined for none, and for letters that are being composed. @type {(press: Press, typing: boolean, table: readonly Shortcut[]) => Shortcut | undefined} */
export function actionOf(press, typing, table) {
  if (press.isComposing) return undefined;
  const keys = keysOf(press);
  const found = table.find((one) => one.keys.includes(keys) && one.where !== (typing ? "outside" : "text"));
  return press.repeat && !found?.repeats ? undefined : found;
}

/** Keys that mean two things at one place, or that never arrive (no second action). @type {(table: readonly Shortcut[]) => {keys: string, actions: string[]}[]} */
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

// Every action of the editor and its keys: one table, for the page, for its help and for whoever wants other keys.

/**
 * keys: each like "Ctrl+Shift+M"; on a Mac the command key counts as Ctrl. where: "anywhere", also while typing; only
 * in the "text" of a cue; only "outside" of boxes, because it is a letter there. repeats: goes on while held down. The
 * description stands in the page's texts under `key_` and the action.
 * @typedef {object} Shortcut
 * @property {string} action
 * @property {readonly string[]} keys
 * @property {"anywhere" | "text" | "outside"} where
 * @property {boolean} repeats
 */

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
  shortcut("submit", "Alt+Shift+S"),
  shortcut("help", "F1"),
  shortcut("help_here", "?", "outside"),
]);

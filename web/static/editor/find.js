// Find and replace over all cues, with a list of what would change before anything does.

import { length } from "./text.js";
import { setTexts } from "./wording.js";

/** @import { Cues } from "./cues.js" */
/**
 * matchCase: «Мир» is not «мир», and «е» is not «ё».
 * @typedef {{text: string, matchCase?: boolean, wholeWord?: boolean}} Query
 */
/** A place in a cue's text, in UTF-16 as text boxes count. @typedef {{id: string, start: number, end: number}} Match */
/** @typedef {{id: string, before: string, after: string, matches: number}} Change */

/** All places in the order of the cues; none for an empty query. @type {(cues: Cues, query: Query) => Match[]} */
export function find(cues, query) {
  const pattern = patternOf(query);
  if (!pattern) return [];
  return cues.flatMap(({ id, text }) => matches(text, pattern, query).map((match) => ({ id, ...match })));
}

/**
 * What a replacement would do to each cue. Where case does not matter, a capital at the start of a match stays one.
 * @type {(cues: Cues, query: Query, replacement: string) => Change[]}
 */
export function preview(cues, query, replacement) {
  const pattern = patternOf(query);
  if (!pattern) return [];
  return cues.flatMap(({ id, text }) => {
    const found = matches(text, pattern, query);
    const after = replaced(text, found, replacement, query);
    return after === text ? [] : [{ id, before: text, after, matches: found.length }];
  });
}

/**
 * Those changes done: all that preview() gave, or the ones that somebody left ticked. A cue that was changed since is
 * left alone.
 * @type {(cues: Cues, changes: readonly Change[]) => Cues}
 */
export function replace(cues, changes) {
  const now = new Map(cues.map(({ id, text }) => [id, text]));
  const valid = changes.filter(({ id, before }) => now.get(id) === before);
  return setTexts(cues, new Map(valid.map(({ id, after }) => [id, after])));
}

/** The query as a pattern: literal, and a blank stands for any, also for the end of a line. @param {Query} query */
function patternOf({ text, matchCase = false }) {
  if (!text.trim()) return null;
  const literal = text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/\s+/g, "\\s+");
  // who types «е» for «ё», as most do, finds both
  return new RegExp(matchCase ? literal : literal.replace(/е/gi, "[её]"), matchCase ? "gu" : "giu");
}

/** @type {(text: string, pattern: RegExp, query: Query) => {start: number, end: number}[]} */
function matches(text, pattern, { wholeWord = false }) {
  return [...text.matchAll(pattern)]
    .map((found) => ({ start: found.index, end: found.index + found[0].length }))
    .filter(({ start, end }) => !wholeWord || (!goesOn(text, start) && !goesOn(text, end)));
}

/** Whether a word goes on over this place; «что-то» is one. @type {(text: string, at: number) => boolean} */
function goesOn(text, at) {
  const [before, after] = [text.slice(0, at), text.slice(at)];
  const [ends, begins] = [/[\p{L}\p{M}\p{N}_]$/u.test(before), /^[\p{L}\p{M}\p{N}_]/u.test(after)];
  const hyphen = (ends && /^-[\p{L}\p{N}]/u.test(after)) || (begins && /[\p{L}\p{N}]-$/u.test(before));
  return (ends && begins) || hyphen;
}

/** @type {(text: string, found: {start: number, end: number}[], replacement: string, query: Query) => string} */
function replaced(text, found, replacement, { matchCase = false }) {
  let [made, at] = ["", 0];
  for (const { start, end } of found) {
    const capital = !matchCase && /^\p{Lu}/u.test(text.slice(start));
    made += text.slice(at, start) + (capital ? withCapital(replacement) : replacement);
    at = end;
  }
  return made + text.slice(at);
}

/** @param {string} text */
const withCapital = (text) =>
  text.replace(/^./u, (letter) => (length(letter.toUpperCase()) === 1 ? letter.toUpperCase() : letter));

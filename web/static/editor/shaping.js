// How many cues there are: split, merge, insert, remove. What cannot be done gives the list as it was.

import { DIALOGUE, speaks } from "./breaking.js";
import { clamp, placeOf, put, spliced } from "./cues.js";
import { length } from "./text.js";

/** @import { Cue, Cues, Room } from "./cues.js" */
/** @typedef {(text: string) => string} Lay lays a text in lines */
/** @typedef {{before: string} | {after: string} | {at: number, until?: number}} Where */

const NEW = 2000; // ms that a new cue is shown where there is room, as in Subtitle Edit

/** @type {Lay} */
const asItIs = (text) => text;

/**
 * A cue as two, its text parted at a place (as a text box counts: UTF-16). when: at which ms the second begins, the
 * playhead's place; without it, or outside of the cue, each has the share of the time that it has of the text. Where
 * the time is too short for two, both have half, with less of a gap. What was offered for the whole is offered for
 * neither; doubts stay with both.
 * @type {(cues: Cues, id: string, at: number, newId: string, room: Room, how?: {when?: number, lay?: Lay}) => Cues}
 */
export function split(cues, id, at, newId, room, { when = NaN, lay = asItIs } = {}) {
  const place = placeOf(cues, id);
  if (place < 0 || cues[place].end - cues[place].start < 2) return cues;
  const cue = cues[place];
  const [first, second] = halves(cue.text, at);
  const { end, start } = border(cue, when, length(first) / (length(first) + length(second)), room);
  const { saved: _, ...rest } = { ...cue, offers: [] };
  return spliced(
    cues,
    place,
    1,
    Object.freeze({ ...rest, end, text: lay(first), checked: cue.checked && first !== "" }),
    Object.freeze({ ...rest, id: newId, start, text: lay(second), checked: cue.checked && second !== "" }),
  );
}

/** @type {(text: string, at: number) => [string, string]} */
function halves(text, at) {
  let cut = clamp(Math.round(at) || 0, 0, text.length);
  // not between a letter and its accent, and not within a sign that takes two places
  while (cut > 0 && cut < text.length && /^(?:\p{M}|[\udc00-\udfff])/u.test(text.slice(cut))) cut -= 1;
  return [text.slice(0, cut).trim(), text.slice(cut).trim()];
}

/**
 * Where the first part ends and the second one starts.
 * @type {(cue: Cue, when: number, share: number, room: Room) => {end: number, start: number}}
 */
function border({ start, end }, when, share, { gap, glimpse }) {
  const shown = end - start;
  const between = Math.min(gap, Math.floor(shown / 3));
  const least = Math.min(glimpse, Math.floor((shown - between) / 2));
  const inside = when > start && when < end;
  const wanted = inside ? when : start + shown * (Number.isNaN(share) ? 0.5 : share);
  const middle = clamp(Math.round(wanted), start + least + between, end - least);
  return { end: middle - between, start: middle };
}

/** A cue and the next one as one. @type {(cues: Cues, id: string, lay?: Lay) => Cues} */
export function mergeNext(cues, id, lay = asItIs) {
  const at = placeOf(cues, id);
  if (at < 0 || at + 1 >= cues.length) return cues;
  const [a, b] = [cues[at], cues[at + 1]];
  const { saved: _, ...rest } = a;
  const merged = {
    ...rest,
    end: b.end,
    text: lay(joined(a.text.trim(), b.text.trim())),
    spoken: a.spoken === b.spoken ? a.spoken : [a.spoken, b.spoken].filter(Boolean).join(" "),
    doubts: [...new Set([...a.doubts, ...b.doubts])],
    origin: a.origin === b.origin ? a.origin : "",
    offers: [],
    checked: (a.checked || !a.text) && (b.checked || !b.text) && (a.checked || b.checked),
    language: a.language === b.language ? a.language : "",
  };
  return spliced(cues, at, 2, Object.freeze(merged));
}

/**
 * Two texts as one. Where the second begins with a speaker's dash, each speaker has a line and a dash.
 * @type {(first: string, second: string) => string}
 */
export function joined(first, second) {
  if (!first || !second) return first || second;
  if (speaks(second)) return `${speaks(first) ? first : `– ${inOneLine(first)}`}\n${second}`;
  return inOneLine(`${first} ${second}`);
}

/** Without line breaks, but for those before a speaker. @param {string} text */
const inOneLine = (text) =>
  text
    .split(DIALOGUE)
    .map((speech) => speech.trim().replace(/\s*\n\s*/g, " "))
    .join("\n");

/**
 * An empty cue before or after another, or where the playhead stands or somebody drew from `at` to `until`: in the
 * hole that begins there or next after that. Where no hole is wide enough to see a cue in it, the list stays.
 * @type {(cues: Cues, where: Where, newId: string, room: Room) => Cues}
 */
export function insert(cues, where, newId, room) {
  const place = hole(cues, where);
  if (place < 0 || ("at" in where && Number.isNaN(where.at))) return cues;
  const low = place ? cues[place - 1].end + room.gap : 0;
  const high = place < cues.length ? cues[place].start - room.gap : Math.round(room.clip);
  if (high - low < room.glimpse) return cues;
  const wanted = "at" in where ? where.at : "before" in where ? high - NEW : low;
  const start = clamp(Math.round(wanted), low, high - room.glimpse);
  const until = "at" in where ? Math.round(where.until ?? NaN) : NaN;
  const end = clamp(Number.isNaN(until) ? start + NEW : until, start + room.glimpse, high);
  const empty = { text: "", spoken: "", doubts: [], origin: "", offers: [], checked: false, language: "" };
  return spliced(cues, place, 0, Object.freeze({ ...empty, id: newId, start, end }));
}

/**
 * Before which cue of the list; -1 for nowhere.
 * @type {(cues: Cues, where: Where) => number}
 */
function hole(cues, where) {
  if ("before" in where) return placeOf(cues, where.before);
  if ("after" in where) return placeOf(cues, where.after) + 1 || -1;
  const later = cues.findIndex((cue) => cue.start > where.at);
  return later < 0 ? cues.length : later;
}

/** @type {(cues: Cues, id: string) => Cues} */
export function remove(cues, id) {
  const at = placeOf(cues, id);
  return at < 0 ? cues : spliced(cues, at, 1);
}

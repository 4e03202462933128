// Cues as the server counts them, and back: there a cue is called after its place in the revision that was changed.

import { adopted, newId, put } from "./cues.js";
import { aligned } from "./merge.js";

/** @import { Cue, Cues, Room } from "./cues.js" */
/** @typedef {Record<string, any>} Row */

/** As they are sent; base: the cues of the revision that was changed. @type {(cues: Cues, base: Cues) => Row[]} */
export function sent(cues, base) {
  const places = new Map(base.map((cue, at) => [cue.id, String(at)]));
  // a number that is no place of this revision would be taken for one
  const name = (/** @type {string} */ id) => places.get(id) ?? (/^\d/.test(id) ? `x${id}` : id);
  return cues.map(({ id, start, end, text, doubts, origin, checked, language }) => {
    return { id: name(id), start, end, text, doubts, origin, checked, language };
  });
}

/**
 * Rows that were sent once and come back, with what the revision that they change says of each.
 * @type {(rows: Row[], base: Row[], room: Room) => Cues}
 */
export function returned(rows, base, room) {
  const whole = rows.map((row) => {
    const before = /^\d+$/.test(row.id) ? base[Number(row.id)] : undefined;
    if (!before) return row;
    const { text, doubts, origin } = before;
    return { ...before, ...row, saved: { text, doubts, origin } };
  });
  return adopted(whole, room);
}

/**
 * A revision and what was made of it, under the names that the cues of another revision have.
 * @type {(base: Cues, made: Cues, now: Cues) => {base: Cues, made: Cues}}
 */
export function renamed(base, made, now) {
  const named = aligned(now, base, newId);
  const names = new Map(base.map((cue, at) => [cue.id, named[at].id]));
  const taken = new Set(named.map(({ id }) => id));
  const name = (/** @type {Cue} */ { id }) => names.get(id) ?? (taken.has(id) || /^\d/.test(id) ? newId() : id);
  return { base: named, made: made.map((cue) => put(cue, { id: name(cue) })) };
}

// The cues of a track as the editor holds them: a list that nobody changes. Every operation gives a new one, and the
// very same one where there was nothing to do, so that `===` says whether something changed. Cues that stay are the
// same objects too: a thousand of them cost little to keep in a history without end.
//
// What always holds, whatever people drag and paste: whole milliseconds, in order, no overlap, start before end, and
// nothing beyond the clip but the last second that BEYOND allows.

/**
 * A text that somebody may take instead.
 * @typedef {{text: string, origin: string, score: number, source: string}} Offer
 */

/**
 * What the server knew about the words of a cue. It holds again when somebody types those very words again.
 * @typedef {{text: string, doubts: readonly string[], origin: string}} Words
 */

/**
 * Times in ms. checked: somebody looked, the doubts are settled. spoken: the transcript beside it. language: BCP 47,
 * only where it is not the track's. saved: the words as the server has them; none for a new cue.
 * @typedef {object} Cue
 * @property {string} id
 * @property {number} start
 * @property {number} end
 * @property {string} text
 * @property {string} spoken
 * @property {readonly string[]} doubts
 * @property {string} origin
 * @property {readonly Offer[]} offers
 * @property {boolean} checked
 * @property {string} language
 * @property {Words} [saved]
 */

/** @typedef {readonly Cue[]} Cues */

/**
 * Where cues may stand, in ms: the gap between two and the shortest that can be seen, both of the profile, and the
 * length of the clip.
 * @typedef {{gap: number, glimpse: number, clip: number}} Room
 */

/** A cue may end so many ms after the clip: a word at its very end is shown its time. The server allows the same. */
export const BEYOND = 1000;

/** A name for a new cue that no other has, in this tab or in another person's. */
export const newId = () => "n" + Array.from(crypto.getRandomValues(new Uint32Array(2)), (n) => n.toString(36)).join("");

/** @type {(value: number, low: number, high: number) => number} */
export const clamp = (value, low, high) => Math.max(low, Math.min(value, high));

/** @type {(cues: Cues, id: string) => number} */
export const placeOf = (cues, id) => cues.findIndex((cue) => cue.id === id);

/** The cue with these values; itself where it has them already. @type {(cue: Cue, values: Partial<Cue>) => Cue} */
export function put(cue, values) {
  const same = Object.entries(values).every(([name, value]) => Object.is(cue[/** @type {keyof Cue} */ (name)], value));
  return same ? cue : Object.freeze({ ...cue, ...values });
}

/**
 * The list with these cues in the place of `count` others.
 * @type {(cues: Cues, at: number, count: number, ...made: Cue[]) => Cues}
 */
export function spliced(cues, at, count, ...made) {
  if (count === made.length && made.every((cue, i) => cue === cues[at + i])) return cues;
  return Object.freeze([...cues.slice(0, at), ...made, ...cues.slice(at + count)]);
}

/** What of a cue is saved. */
const SAVED = /** @type {const} */ (["start", "end", "text", "origin", "checked", "language"]);

/** Whether two cues would be saved as the same. @type {(a: Cue, b: Cue) => boolean} */
export const alike = (a, b) =>
  a === b || (SAVED.every((name) => a[name] === b[name]) && a.doubts.join() === b.doubts.join());

/** Whether two lists would be saved as the same. @type {(a: Cues, b: Cues) => boolean} */
export const sameTrack = (a, b) =>
  a === b || (a.length === b.length && a.every((cue, i) => cue.id === b[i].id && alike(cue, b[i])));

/**
 * The rows of a saved revision as cues, whatever they lack. A row without an id is called after its place: the server
 * counts the same way.
 * @type {(rows: readonly Partial<Cue>[], room: Room) => Cues}
 */
export function adopted(rows, room) {
  const cues = rows.map((row, i) => {
    const { text = "", doubts = [], origin = "" } = row;
    const known = { id: String(i), start: 0, end: 0, spoken: "", offers: [], checked: false, language: "", ...row };
    return Object.freeze({ ...known, text, doubts, origin, saved: row.saved ?? { text, doubts, origin } });
  });
  return orderly(cues, room);
}

/**
 * Any cues as a list that holds what always holds; where two overlap, the earlier one is cut or they share the time.
 * @type {(cues: Cues, room: Room) => Cues}
 */
export function orderly(cues, room) {
  /** @type {Cue[]} */
  const placed = [];
  const whole = cues.map((cue) => put(cue, { start: integer(cue.start), end: integer(cue.end) }));
  for (const cue of whole.sort((a, b) => a.start - b.start || a.end - b.end)) {
    const before = placed.pop();
    if (before) placed.push(...(cue.start < before.end ? parted(before, cue, room) : [before, cue]));
    else placed.push(cue);
  }
  return squeezed(placed, room.clip + BEYOND);
}

/** @type {(value: number) => number} */
const integer = (value) => (Number.isFinite(value) ? Math.round(value) : 0);

/** @type {(a: Cue, b: Cue, room: Room) => [Cue, Cue]} */
function parted(a, b, { gap, glimpse }) {
  if (b.start - gap - a.start >= glimpse) return [put(a, { end: b.start - gap }), b];
  const end = Math.max(a.end, b.end);
  const middle = Math.floor((a.start + end) / 2);
  return [put(a, { end: Math.max(middle - gap, a.start + 1) }), put(b, { start: Math.max(middle, a.start + 1), end })];
}

/**
 * Each one after the one before, at least 1 ms long, and all before the limit.
 * @type {(cues: Cue[], limit: number) => Cues}
 */
function squeezed(cues, limit) {
  let free = 0;
  const forward = cues.map((cue) => {
    const start = Math.max(cue.start, free);
    free = Math.max(cue.end, start + 1);
    return put(cue, { start, end: free });
  });
  let last = limit;
  for (let i = forward.length - 1; i >= 0 && forward[i].end > last; i--) {
    forward[i] = put(forward[i], { start: Math.min(forward[i].start, last - 1), end: last });
    last = forward[i].start;
  }
  return Object.freeze(forward);
}

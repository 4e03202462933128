// Two people saved the same clip: what both changed, cue by cue, against the revision that both began with. Nothing is
// lost: where both changed the same, mine stands and theirs is kept beside it until a person chose.

import { alike, orderly, placeOf, put, spliced } from "./cues.js";

/** @import { Cue, Cues, Room } from "./cues.js" */
/** @typedef {"words" | "times" | "presence" | "room"} About */
/**
 * Of one cue; a side without it has deleted it, or never had it. about: "words" and "times" were changed by both;
 * "presence": one deleted what the other changed, and it stays; "room": both were moved or made so that they overlap,
 * and the times were made to fit.
 * @typedef {{id: string, about: About[], base?: Cue, mine?: Cue, theirs?: Cue}} Conflict
 */

const TIMES = /** @type {const} */ (["start", "end"]);
const WORDS = /** @type {const} */ (["text", "doubts", "origin", "checked", "language"]);

/** @type {(base: Cues, mine: Cues, theirs: Cues, room: Room) => {cues: Cues, conflicts: Conflict[]}} */
export function merge(base, mine, theirs, room) {
  const [was, own, other] = [base, mine, theirs].map((cues) => new Map(cues.map((cue) => [cue.id, cue])));
  /** @type {Map<string, Conflict>} */
  const conflicts = new Map();
  const conflict = (/** @type {string} */ id, /** @type {About[]} */ about) =>
    conflicts.set(id, { id, about, base: was.get(id), mine: own.get(id), theirs: other.get(id) });
  /** @type {Map<string, Cue>} */
  const merged = new Map();
  for (const id of new Set([...was.keys(), ...own.keys(), ...other.keys()])) {
    const { cue, about } = together(was.get(id), own.get(id), other.get(id));
    if (cue) merged.set(id, cue);
    if (about.length) conflict(id, about);
  }
  const cues = orderly([...merged.values()], room);
  for (const cue of cues)
    if (cue !== merged.get(cue.id)) conflict(cue.id, [...(conflicts.get(cue.id)?.about ?? []), "room"]);
  const order = new Map(cues.map((cue, at) => [cue.id, at]));
  const place = (/** @type {Conflict} */ { id }) => order.get(id) ?? Infinity;
  return { cues, conflicts: [...conflicts.values()].sort((a, b) => place(a) - place(b)) };
}

/** @type {(base?: Cue, mine?: Cue, theirs?: Cue) => {cue?: Cue, about: About[]}} */
function together(base, mine, theirs) {
  if (!mine || !theirs) {
    const left = mine ?? theirs;
    if (base && left) return alike(left, base) ? { about: [] } : { cue: left, about: ["presence"] };
    return { cue: base ? undefined : left, about: [] };
  }
  const words = choice(WORDS, base, mine, theirs);
  const times = choice(TIMES, base, mine, theirs);
  // what the server knows of it stays theirs: theirs is the revision that it has
  const { start, end } = times.cue;
  const { text, doubts, origin, checked, language } = words.cue;
  const same = (/** @type {Cue} */ side) => words.cue === side && times.cue === side;
  const cue = same(theirs) ? theirs : put(theirs, { start, end, text, doubts, origin, checked, language });
  /** @type {About[]} */
  const about = [];
  if (words.conflict) about.push("words");
  if (times.conflict) about.push("times");
  return { cue, about };
}

/**
 * Whose values are taken.
 * @type {(names: readonly (keyof Cue)[], base: Cue | undefined, mine: Cue, theirs: Cue) => {cue: Cue, conflict: boolean}}
 */
function choice(names, base, mine, theirs) {
  const equal = (/** @type {Cue} */ a, /** @type {Cue} */ b) =>
    names.every((name) => String(a[name]) === String(b[name]));
  if (equal(mine, theirs) || (base && equal(mine, base))) return { cue: theirs, conflict: false };
  return { cue: mine, conflict: !(base && equal(theirs, base)) };
}

/**
 * A conflict decided for one side; of a cue that both have, what was not in question stays merged.
 * @type {(cues: Cues, conflict: Conflict, side: "mine" | "theirs", room: Room) => Cues}
 */
export function decide(cues, { id, about, ...sides }, side, room) {
  const [at, cue] = [placeOf(cues, id), sides[side]];
  if (!cue) return at < 0 ? cues : spliced(cues, at, 1);
  if (at < 0) return orderly([...cues, cue], room);
  const { start, end, text, doubts, origin, checked, language } = cue;
  const words = about.includes("words") ? { text, doubts, origin, checked, language } : {};
  const times = about.includes("times") || about.includes("room") ? { start, end } : {};
  const whole = about.includes("presence") ? cue : put(cues[at], { ...words, ...times });
  return orderly(spliced(cues, at, 1, whole), room);
}

/**
 * The cues of another revision under the names of the base: the server counts, and a cue that somebody inserted makes
 * all after it other numbers. New ones are named by `name`.
 * @type {(base: Cues, other: Cues, name: () => string) => Cues}
 */
export function aligned(base, other, name) {
  /** @type {Map<number, string>} */
  const names = new Map();
  const exact = (/** @type {Cue} */ { start, end, text }) => `${start} ${end} ${text}`;
  const left = new Map(base.map((cue) => [exact(cue), cue]));
  other.forEach((cue, at) => {
    const same = left.get(exact(cue));
    if (same && left.delete(exact(cue))) names.set(at, same.id);
  });
  const open = other.map((_, at) => at).filter((at) => !names.has(at));
  const pairs = [...left.values()].flatMap((cue) =>
    open.map((at) => ({ at, id: cue.id, like: likeness(cue, other[at]) })),
  );
  const taken = new Set(names.values());
  for (const { at, id, like } of pairs.sort((a, b) => b.like - a.like)) {
    if (like < 0.5 || names.has(at) || taken.has(id)) continue;
    names.set(at, id);
    taken.add(id);
  }
  return other.map((cue, at) => put(cue, { id: names.get(at) ?? name() }));
}

/**
 * How likely two are the same cue, changed: by text, by a border that stayed, by time shared; of alike ones the
 * nearest.
 * @type {(a: Cue, b: Cue) => number}
 */
function likeness(a, b) {
  const shared = Math.min(a.end, b.end) - Math.max(a.start, b.start);
  const share = Math.max(shared, 0) / Math.max(a.end - a.start, b.end - b.start);
  const text = a.text && a.text === b.text ? 4 : 0;
  const border = shared > 0 ? 2 * Number(a.start === b.start) + Number(a.end === b.end) : 0;
  return text + border + share - Math.abs(a.start - b.start) / 1e8;
}

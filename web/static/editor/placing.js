// When cues begin and end. Nothing is refused: a time that cannot be becomes the nearest that can. What stands is
// always allowed, also where a draft or a file of another program broke a rule: it only cannot be made worse.

import { BEYOND, clamp, placeOf, put, spliced } from "./cues.js";

/** @import { Cues, Room } from "./cues.js" */

/**
 * How early and how late the start of a cue may be.
 * @type {(cues: Cues, at: number, room: Room) => [number, number]}
 */
function startLimits(cues, at, { gap, glimpse }) {
  const { start, end } = cues[at];
  const low = at ? cues[at - 1].end + gap : 0;
  return [Math.min(low, start), Math.max(end - glimpse, start)];
}

/** How early and how late the end of a cue may be. @type {(cues: Cues, at: number, room: Room) => [number, number]} */
function endLimits(cues, at, { gap, glimpse, clip }) {
  const { start, end } = cues[at];
  const high = at + 1 < cues.length ? cues[at + 1].start - gap : Infinity;
  return [Math.min(start + glimpse, end), Math.max(Math.min(high, clip + BEYOND), end)];
}

/** @type {(cues: Cues, id: string, ms: number, room: Room) => Cues} */
export function setStart(cues, id, ms, room) {
  const at = placeOf(cues, id);
  if (at < 0 || Number.isNaN(ms)) return cues;
  return spliced(cues, at, 1, put(cues[at], { start: clamp(Math.round(ms), ...startLimits(cues, at, room)) }));
}

/** @type {(cues: Cues, id: string, ms: number, room: Room) => Cues} */
export function setEnd(cues, id, ms, room) {
  const at = placeOf(cues, id);
  if (at < 0 || Number.isNaN(ms)) return cues;
  return spliced(cues, at, 1, put(cues[at], { end: clamp(Math.round(ms), ...endLimits(cues, at, room)) }));
}

/**
 * Its start, its end or all of it earlier (below zero) or later.
 * @type {(cues: Cues, id: string, by: number, part: "start" | "end" | "cue", room: Room) => Cues}
 */
export function nudge(cues, id, by, part, room) {
  const at = placeOf(cues, id);
  if (at < 0) return cues;
  const { start, end } = cues[at];
  if (part === "start") return setStart(cues, id, start + by, room);
  if (part === "end") return setEnd(cues, id, end + by, room);
  return moved(cues, at, at + 1, by, room);
}

/**
 * This cue and all after it, earlier or later; the gaps between them stay.
 * @type {(cues: Cues, id: string, by: number, room: Room) => Cues}
 */
export function shiftFrom(cues, id, by, room) {
  const at = placeOf(cues, id);
  return at < 0 ? cues : moved(cues, at, cues.length, by, room);
}

/** @type {(cues: Cues, from: number, to: number, by: number, room: Room) => Cues} */
function moved(cues, from, to, by, room) {
  const back = startLimits(cues, from, room)[0] - cues[from].start;
  const forth = endLimits(cues, to - 1, room)[1] - cues[to - 1].end;
  const step = clamp(Math.round(by), back, forth);
  if (!step) return cues; // NaN too
  const shifted = cues.slice(from, to).map((cue) => put(cue, { start: cue.start + step, end: cue.end + step }));
  return spliced(cues, from, to - from, ...shifted);
}

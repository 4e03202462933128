// Times as people type and read them, and where a dragged border comes to rest. All in ms.

/** @import { Cues } from "./cues.js" */

/** `1:02.345`, `62.3` or `62,345` as ms; NaN when it is no time. The server reads the same way. @param {string} text */
export function readTime(text) {
  const found = /^(?:([0-9]{1,3}):)?([0-9]{1,5})(?:[.,]([0-9]{1,3}))?$/.exec(text.trim());
  if (!found || (found[1] && Number(found[2]) > 59)) return NaN;
  return (Number(found[1] ?? 0) * 60 + Number(found[2])) * 1000 + Number((found[3] ?? "").padEnd(3, "0"));
}

/** As m:ss.mmm, and as short as it can be read back. @param {number} ms */
export function clock(ms) {
  const whole = Math.max(Math.round(ms), 0);
  const digits = (/** @type {number} */ value, /** @type {number} */ count) => String(value).padStart(count, "0");
  return `${Math.floor(whole / 60000)}:${digits(Math.floor(whole / 1000) % 60, 2)}.${digits(whole % 1000, 3)}`;
}

/**
 * The nearest of these places, if it is no farther than `within`; else where it is.
 * @type {(ms: number, places: Iterable<number>, within: number) => number}
 */
export function snap(ms, places, within) {
  let [best, far] = [ms, Infinity];
  for (const place of places) {
    const distance = Math.abs(place - ms);
    if (distance <= within && distance < far) [best, far] = [place, distance];
  }
  return best;
}

/**
 * Where the start or end of a cue may snap to: as near to its neighbour as the gap allows, where speech begins or
 * ends, the playhead.
 * @typedef {{gap: number, speech?: readonly {start: number, end: number}[], playhead?: number}} Near
 * @type {(cues: Cues, at: number, edge: "start" | "end", near: Near) => number[]}
 */
export function snapPlaces(cues, at, edge, { gap, speech = [], playhead }) {
  const neighbour = edge === "start" ? cues[at - 1]?.end + gap : cues[at + 1]?.start - gap;
  const places = [neighbour, playhead ?? NaN, ...speech.map((span) => span[edge])];
  return places.filter((place) => !Number.isNaN(place));
}

/** The place of the cue that is shown at this time; -1 in a gap. @type {(cues: Cues, ms: number) => number} */
export function cueAt(cues, ms) {
  const at = begunBefore(cues, ms);
  return at >= 0 && ms < cues[at].end ? at : -1;
}

/** The place of the last cue that has begun by then; -1 before the first. @type {(cues: Cues, ms: number) => number} */
export function begunBefore(cues, ms) {
  let [low, high] = [0, cues.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cues[middle].start <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

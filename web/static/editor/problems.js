// What is left to do in a track, and the way from one problem to the next.

import { alike } from "./cues.js";
import { measure } from "./measure.js";

/** @import { Cues } from "./cues.js" */
/**
 * What the server's checks found in a cue.
 * @typedef {{id: string, check: string, severity: "error" | "warning" | "note", sentence: string}} Finding
 */
/**
 * A doubt, or a check that is broken; a sentence where the server said one.
 * @typedef {{check: string, severity: "doubt" | "error" | "warning" | "note", sentence?: string}} Problem
 */

/** What measure() knows too: there it is what is true now that counts. */
const MEASURED = new Set(["too_fast", "too_short", "too_long", "overlap", "gap", "too_many_lines", "line_too_long"]);

/**
 * Those findings whose cue still is as it was when the server looked at it (then).
 * @type {(findings: readonly Finding[], then: Cues, now: Cues) => Finding[]}
 */
export function stillTrue(findings, then, now) {
  const before = new Map(then.map((cue) => [cue.id, cue]));
  const present = new Map(now.map((cue) => [cue.id, cue]));
  return findings.filter(({ id, check }) => {
    const [a, b] = [before.get(id), present.get(id)];
    return a && b && (MEASURED.has(check) || alike(a, b));
  });
}

/**
 * The problems of each cue that has any, in order: doubts that nobody settled, what is measured here, what the server
 * found. Notes are for who looks at the cue; nobody is sent to them.
 * @type {(cues: Cues, frame: import("./measure.js").Frame, findings?: readonly Finding[]) => Map<string, Problem[]>}
 */
export function problems(cues, frame, findings = []) {
  /** @type {Map<string, Finding[]>} */
  const said = new Map();
  for (const finding of findings) said.set(finding.id, [...(said.get(finding.id) ?? []), finding]);
  /** @type {Map<string, Problem[]>} */
  const found = new Map();
  cues.forEach((cue, at) => {
    const of = [...doubts(cue), ...faults(measure(cue, frame, cues[at + 1]).faults, said.get(cue.id) ?? [])];
    if (of.length) found.set(cue.id, of);
  });
  return found;
}

/** Open doubts; that words are missing is the first of them. @type {(cue: import("./cues.js").Cue) => Problem[]} */
function doubts({ text, spoken, checked, doubts }) {
  const missing = spoken && !text.trim() && !doubts.includes("untranslated") ? ["untranslated"] : [];
  const open = checked ? [] : [...missing, ...doubts];
  return open.map((check) => ({ check, severity: "doubt" }));
}

/**
 * What is measured, with the server's sentence for it where there is one, and what only the server knows.
 * @type {(measured: import("./measure.js").Fault[], said: Finding[]) => Problem[]}
 */
function faults(measured, said) {
  const known = measured.map((fault) => {
    const same = said.find(({ check, severity }) => check === fault.check && severity === fault.severity);
    return same ? { ...fault, sentence: same.sentence } : fault;
  });
  const others = said.filter(({ check }) => !MEASURED.has(check));
  return [...known, ...others.map(({ check, severity, sentence }) => ({ check, severity, sentence }))];
}

/**
 * The next cue that needs somebody, after this one (before it: step -1), and from the other end when there is none
 * left. The cue itself only when it is the last one; null when all is well.
 * @typedef {ReadonlyMap<string, readonly Problem[]>} Found
 * @type {(cues: Cues, found: Found, from: string | null, step?: 1 | -1) => {id: string, wrapped: boolean} | null}
 */
export function nextProblem(cues, found, from, step = 1) {
  const here = cues.findIndex((cue) => cue.id === from);
  const begin = here >= 0 ? here : step > 0 ? -1 : cues.length;
  for (let far = 1; far <= cues.length; far++) {
    /** @type {number} */
    const at = begin + step * far;
    const place = (at + cues.length) % cues.length;
    const id = cues[place]?.id;
    if (id !== undefined && found.get(id)?.some(({ severity }) => severity !== "note"))
      return { id, wrapped: place !== at };
  }
  return null;
}

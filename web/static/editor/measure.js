// How a cue reads while it is being typed: the numbers, and what the server's checks will say of them (pipeline/
// reading/pace.py and lines.py), so that nothing changes its colour when the answer comes.

import { length } from "./text.js";

/**
 * What of the frame's profile is read here, by the names that profiles.toml has.
 * @typedef {Record<"hard" | "lines" | "fast" | "too_fast", number>} Limits
 * @typedef {Limits & Record<"glimpse" | "shortest" | "longest" | "gap", number>} Frame
 */
/** @typedef {{start: number, end: number, text: string}} Timed */
/** @typedef {"error" | "warning" | "note"} Severity */
/** A rule that is broken, by the name of the server's check. @typedef {{check: string, severity: Severity}} Fault */

/** Characters a second over the whole cue; spaces count, the line break does not. @param {Timed} cue */
export function readingSpeed({ start, end, text }) {
  return length(text.replaceAll("\n", "")) / (Math.max(end - start, 1) / 1000);
}

/** To one place as Python rounds: what lies just in the middle goes to the even digit. @param {number} value */
export function rounded(value) {
  const inTheMiddle = Number.isInteger(value * 4) && !Number.isInteger(value * 2);
  if (!inTheMiddle) return Number(value.toFixed(1));
  const tenths = Math.floor(value * 10);
  return (tenths + (tenths % 2)) / 10;
}

/** The longest line, in characters. @param {string} text */
export const longestLine = (text) => Math.max(...text.split("\n").map(length));

/** @type {(speed: number, frame: Frame) => Pace} */
export function pace(speed, { fast, too_fast }) {
  const shown = rounded(speed);
  return shown > too_fast ? "too_fast" : shown > fast ? "fast" : "calm";
}

/** @typedef {"calm" | "fast" | "too_fast"} Pace */
/** @typedef {{cps: number, cpl: number, lines: number, pace: Pace, faults: Fault[]}} Measure */

/** All that is shown beside a cue. after: the next one. @type {(cue: Timed, frame: Frame, after?: Timed) => Measure} */
export function measure(cue, frame, after) {
  const speed = readingSpeed(cue);
  return {
    cps: rounded(speed),
    cpl: longestLine(cue.text),
    lines: cue.text.split("\n").length,
    pace: pace(speed, frame),
    faults: [...timeFaults(cue, frame, speed), ...gapFaults(cue, frame, after), ...lineFaults(cue, frame)],
  };
}

/** @type {(cue: Timed, frame: Frame, speed: number) => Fault[]} */
function timeFaults({ start, end, text }, frame, speed) {
  const shown = end - start;
  /** @type {Fault[]} */
  const faults = [];
  const found = (/** @type {string} */ check, /** @type {Severity} */ severity) => faults.push({ check, severity });
  if (shown <= 0) found("too_short", "error");
  else if (text) {
    const how = pace(speed, frame);
    if (how !== "calm") found("too_fast", how === "too_fast" ? "error" : "warning");
    if (shown < frame.glimpse) found("too_short", "error");
    else if (shown < frame.shortest) found("too_short", "note");
  }
  if (shown > frame.longest) found("too_long", "warning");
  return faults;
}

/** @type {(cue: Timed, frame: Frame, after?: Timed) => Fault[]} */
function gapFaults({ start, end }, frame, after) {
  if (!after) return [];
  if (after.start < start || after.start < end) return [{ check: "overlap", severity: "error" }];
  return after.start - end < frame.gap ? [{ check: "gap", severity: "warning" }] : [];
}

/** @type {(cue: Timed, frame: Frame) => Fault[]} */
function lineFaults({ text }, frame) {
  if (!text.trim()) return [];
  /** @type {Fault[]} */
  const faults = [];
  if (text.split("\n").length > frame.lines) faults.push({ check: "too_many_lines", severity: "error" });
  if (longestLine(text) > frame.hard) faults.push({ check: "line_too_long", severity: "error" });
  return faults;
}

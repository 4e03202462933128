// Where a line breaks: the same as fit() of pipeline/layout.py, which says why, so that the key for it and the
// server's safe fixes agree.

import { length } from "./text.js";

/** @import { Clings } from "./borders.js" */
/** Characters in a line, wished for and allowed. @typedef {{soft: number, hard: number}} Frame */

const [CLINGING, UNEVEN, TOP_HEAVY, WORST] = [10, 10, 0.2, 2.4];

const SPEAKER = '[–—-] (?:(?![a-zа-яёіїєґў])[\\p{L}\\p{N}_]|[«„"“…])';
/** Where somebody else begins to speak: a line that begins with a dash, and not with a small letter after it. */
export const DIALOGUE = new RegExp(`\\n\\s*(?=${SPEAKER})`, "u");
const BEGINS_SO = new RegExp(`^${SPEAKER}`, "u");

/** Whether a text begins with a speaker's dash. @param {string} text */
export const speaks = (text) => BEGINS_SO.test(text);

/**
 * The text in one line or two balanced ones, in more where two of frame.hard cannot hold it. Line breaks of before are
 * forgotten, but for those before a speaker's dash.
 * @type {(text: string, frame: Frame, clings: Clings) => string}
 */
export function fit(text, { soft, hard }, clings) {
  const speeches = text
    .trim()
    .split(DIALOGUE)
    .map((speech) => speech.split(/\s+/u).filter(Boolean));
  const longest = speeches.length === 1 ? soft : hard;
  return speeches.map((words) => fitted(words, longest, hard, clings)).join("\n");
}

/** @type {(words: string[], soft: number, hard: number, clings: Clings) => string} */
function fitted(words, soft, hard, clings) {
  const whole = words.join(" ");
  const total = length(whole);
  if (total <= soft || words.length === 1) return whole;
  const { cost, at } = halved(words, total, hard, clings);
  if (total <= hard && cost >= WORST) return whole;
  if (cost === Infinity) return wrapped(words, hard, clings);
  return `${words.slice(0, at).join(" ")}\n${words.slice(at).join(" ")}`;
}

/**
 * The best way to lay words in two lines: its cost, and how many stand above.
 * @type {(words: string[], total: number, hard: number, clings: Clings) => {cost: number, at: number}}
 */
function halved(words, total, hard, clings) {
  const best = { cost: Infinity, at: 0 };
  let top = -1;
  for (let at = 1; at < words.length; at++) {
    top += length(words[at - 1]) + 1;
    const bottom = total - top - 1;
    if (top > hard || bottom > hard) continue;
    const share = (top - bottom) / total;
    let cost = UNEVEN * (share * share) + (top > bottom ? TOP_HEAVY : 0);
    if (cost < best.cost) cost += CLINGING * clings(words[at - 1], words[at]);
    if (cost < best.cost) Object.assign(best, { cost, at });
  }
  return best;
}

/**
 * In as few lines as can be, and evenly; a word longer than a line has one for itself.
 * @type {(words: string[], hard: number, clings: Clings) => string}
 */
function wrapped(words, hard, clings) {
  const lengths = words.map(length);
  /**
   * From each word on: how many lines, their cost, where the next one begins.
   * @type {{lines: number, cost: number, next: number}[]}
   */
  const best = [];
  best[words.length] = { lines: 0, cost: 0, next: 0 };
  for (let start = words.length - 1; start >= 0; start--) {
    let long = -1;
    for (let end = start + 1; end <= words.length; end++) {
      long += lengths[end - 1] + 1;
      if (long > hard && end > start + 1) break;
      const torn = end < words.length ? CLINGING * clings(words[end - 1], words[end]) : 0;
      const share = long / hard;
      const way = { lines: best[end].lines + 1, cost: best[end].cost + torn + UNEVEN * (share * share), next: end };
      if (
        !best[start] ||
        way.lines < best[start].lines ||
        (way.lines === best[start].lines && way.cost < best[start].cost)
      )
        best[start] = way;
    }
  }
  const lines = [];
  for (let start = 0; start < words.length; start = best[start].next)
    lines.push(words.slice(start, best[start].next).join(" "));
  return lines.join("\n");
}

// What differs between two texts, word by word: of a fuzzy match and what was said, of two revisions of a cue.

/** @typedef {{kind: "same" | "gone" | "new", text: string}} Part */

const MOST = 1e6; // pairs of words that are compared; longer texts differ as a whole

/**
 * The parts in reading order, what is gone before what is new in its place. "same" and "gone" together are the text
 * before, "same" and "new" the one after.
 * @type {(before: string, after: string) => Part[]}
 */
export function difference(before, after) {
  const [a, b] = [words(before), words(after)];
  let head = 0;
  while (head < a.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const middle = changes(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  /** @type {(word: string) => Part} */
  const same = (text) => ({ kind: "same", text });
  return tied([...a.slice(0, head).map(same), ...middle, ...a.slice(a.length - tail).map(same)]);
}

/** Words, blanks, and every other sign by itself. @param {string} text */
const words = (text) => text.match(/[\p{L}\p{M}\p{N}]+|\s+|[^]/gu) ?? [];

/** By the longest run of words that both have. @type {(a: string[], b: string[]) => Part[]} */
function changes(a, b) {
  if (a.length * b.length > MOST) return [gone(a.join("")), fresh(b.join(""))];
  const common = lengths(a, b);
  /** @type {Part[]} */
  const parts = [];
  for (let [i, j] = [0, 0]; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      parts.push({ kind: "same", text: a[i] });
      i += 1;
      j += 1;
    } else if (j === b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) parts.push(gone(a[i++]));
    else parts.push(fresh(b[j++]));
  }
  return parts;
}

/**
 * How many words the rests from each pair of places on have in common.
 * @type {(a: string[], b: string[]) => Uint16Array[]}
 */
function lengths(a, b) {
  const common = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
  return common;
}

/** @type {(text: string) => Part} */
const gone = (text) => ({ kind: "gone", text });
/** @type {(text: string) => Part} */
const fresh = (text) => ({ kind: "new", text });

/**
 * Neighbours of one kind as one part; a blank alone between two changes is changed with them.
 * @type {(parts: Part[]) => Part[]}
 */
function tied(parts) {
  /** @type {Part[]} */
  const made = [];
  let [lost, found] = ["", ""];
  const flush = () => {
    if (lost) made.push(gone(lost));
    if (found) made.push(fresh(found));
    [lost, found] = ["", ""];
  };
  parts.forEach(({ kind, text }, at) => {
    const between = kind === "same" && !text.trim() && lost && found && parts[at + 1] && parts[at + 1].kind !== "same";
    if (kind === "gone" || between) lost += text;
    if (kind === "new" || between) found += text;
    if (kind !== "same" || between) return;
    flush();
    if (made.at(-1)?.kind === "same") made[made.length - 1].text += text;
    else made.push({ kind, text });
  });
  flush();
  return made.filter(({ text }) => text);
}

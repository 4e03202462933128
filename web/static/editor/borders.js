// What a break between two neighbouring words costs. The same reading as pipeline/reading/borders.py, which says why;
// the words come from there too (small_words.toml), as data of the page.

/**
 * The words of all languages, by kind, in lower case.
 * @typedef {"prepositions" | "conjunctions" | "particles" | "enclitics" | "leaning" | "modifiers"} Small
 * @typedef {"subjects" | "compounds" | "abbreviations" | "closing" | "months"} Special
 * @typedef {Record<Small | Special, readonly string[]>} SmallWords
 */
/** @typedef {{bare: string, mark: string, first: string, capital: boolean, opens: boolean}} Shape */
/** What a break here costs: from 0, a good place, to 1. @typedef {(left: string, right: string) => number} Clings */

const [GOOD, FAIR, PHRASE, PLAIN] = [0, 0.05, 0.12, 0.25];
const [ATTRIBUTE, SUBJECT, MODIFIER, TORN, TOGETHER] = [0.4, 0.4, 0.5, 0.9, 1];

const OPENING = "«„“\"'([{‹";
const CLOSING = "»“”\"')]}›";
const DASHES = "–—-";
const END_MARKS = ".!?…";
const MARKS = END_MARKS + ",;:" + DASHES;

/** Endings of adjectives in Russian, Belarusian and Ukrainian that few other words have. */
const ADJECTIVE =
  /^[\p{L}\p{N}_]{2,}(?:[ыиі]й|[кгхшщчж]ие|ые|ая|яя|[кгхшщчж]ое|ого|его|ага|яга|ому|ему|аму|ых|іх|ую|юю|ыя|ыми|ими|[сц]к[оа]й|[сц]ким|ої)$/u;

/** Clings, knowing these words. @type {(words: SmallWords) => Clings} */
export function borders(words) {
  const known = /** @type {Record<keyof SmallWords, Set<string>>} */ (
    Object.fromEntries(Object.entries(words).map(([kind, all]) => [kind, new Set(all)]))
  );
  /** @type {Map<string, Shape>} */
  const shapes = new Map();
  const shape = (/** @type {string} */ word) => {
    const found = shapes.get(word) ?? shapeOf(word);
    shapes.set(word, found);
    return found;
  };
  const compound = (/** @type {Shape} */ a, /** @type {Shape} */ b) => known.compounds.has(`${a.bare} ${b.bare}`);
  const wantsMore = (/** @type {string} */ bare) => known.conjunctions.has(bare) || known.particles.has(bare);

  /** @type {(a: Shape, b: Shape) => number} */
  function afterMark(a, b) {
    const initial = [...a.bare].length === 1 && a.capital && !known.subjects.has(a.bare) && b.capital;
    const date = known.months.has(b.bare) && /^\p{Nd}+$/u.test(a.bare);
    if (a.mark === "." && (known.abbreviations.has(a.bare) || initial || date)) return TOGETHER;
    if (a.mark === "." && small(b.first) && (known.closing.has(a.bare) || digit(a.first))) return SUBJECT;
    return a.mark === "-" && a.bare ? MODIFIER : GOOD;
  }

  /** How much the left one wants the next word. @type {(a: Shape, b: Shape) => number} */
  function forward(a, b) {
    if (known.prepositions.has(a.bare) || wantsMore(a.bare) || a.bare === "№") return TOGETHER;
    if (known.subjects.has(a.bare)) return SUBJECT;
    if (known.prepositions.has(b.bare)) return GOOD;
    if (known.modifiers.has(a.bare) || digit(a.first)) return MODIFIER;
    if (a.capital && b.capital && !known.subjects.has(b.bare)) return TORN; // as far as letters tell, a name
    return ADJECTIVE.test(a.bare) ? ATTRIBUTE : GOOD;
  }

  /** How much the right one wants the word before. @type {(a: Shape, b: Shape) => number} */
  function backward(a, b) {
    if (known.enclitics.has(b.bare) || b.bare === "%" || compound(a, b)) return TOGETHER;
    if (known.leaning.has(b.bare) && !a.capital) return MODIFIER;
    if (known.prepositions.has(b.bare) || b.opens) return PHRASE;
    return digit(b.first) ? ATTRIBUTE : PLAIN;
  }

  return (left, right) => {
    const [a, b] = [shape(left), shape(right)];
    if (!b.bare) return TOGETHER; // a dash or a mark by itself stays with what it follows
    if (a.mark) return afterMark(a, b);
    if (known.conjunctions.has(b.bare) && !wantsMore(a.bare)) return compound(a, b) ? TOGETHER : FAIR;
    return Math.max(forward(a, b), backward(a, b));
  };
}

/** What a word shows of itself. @type {(word: string) => Shape} */
function shapeOf(word) {
  const core = withoutEnd(word, CLOSING);
  const bare = withoutStart(withoutEnd(core, MARKS), `${OPENING}${DASHES}${END_MARKS} `);
  const [first = "", ...rest] = bare;
  const last = core.slice(-1);
  const tail = rest.join("");
  return {
    bare: bare.toLowerCase(),
    mark: MARKS.includes(last) ? last : "",
    first,
    capital: /^\p{Uppercase}/u.test(first) && tail === tail.toLowerCase(),
    opens: word !== "" && OPENING.includes(word[0]),
  };
}

/** @type {(text: string, marks: string) => string} */
function withoutEnd(text, marks) {
  let end = text.length;
  while (end && marks.includes(text[end - 1])) end -= 1;
  return text.slice(0, end);
}

/** @type {(text: string, marks: string) => string} */
function withoutStart(text, marks) {
  let start = 0;
  while (start < text.length && marks.includes(text[start])) start += 1;
  return text.slice(start);
}

/** @param {string} letter */
const digit = (letter) => /^\p{Nd}/u.test(letter);

/** A small letter, where there are capitals too: Georgian has none that anybody uses. @param {string} letter */
const small = (letter) => /^\p{Lowercase}/u.test(letter) && !(letter >= "ა" && letter <= "ჿ");

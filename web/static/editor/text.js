// Text that somebody pasted or typed, made fit for a cue. Markup is text like any other: who pastes "<i>" sees "<i>",
// and nothing vanishes in silence but what nobody can see.

/** Turn the direction of what follows, join, part, or mark it, and cannot be seen themselves. As web/given.py. */
const UNSEEN = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/g; // eslint-disable-line no-control-regex
/** All that ends a line for the server. */
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/; // eslint-disable-line no-control-regex
/** Half of a sign, which no file can hold; a paste can be cut in the middle of one. */
const HALF = /\p{Cs}/gu;

const PAIR = /[\ud800-\udbff][\udc00-\udfff]/g;

/** Code points: what Python counts, and our limits with it. @param {string} text */
export const length = (text) => text.length - (text.match(PAIR)?.length ?? 0);

/**
 * As the server keeps it (tidy() of web/typed.py): lines without blanks around them, without empty ones, without
 * control and unseen characters.
 * @param {string} text
 */
export function tidy(text) {
  const lines = text.replace(HALF, "").split(LINE_END);
  return lines
    .map((line) => line.replace(UNSEEN, "").replace(CONTROL, " ").trim())
    .filter(Boolean)
    .join("\n");
}

/** What stands in the clipboard as plain text, as it is put into a cue. @param {string} text */
export function pasted(text) {
  const meant = tidy(text).replace(/[\u00a0\u202f]/g, (space, at, whole) =>
    binds(whole.slice(0, at), whole.slice(at + 1)) ? space : " ",
  );
  return tidy(meant.replace(/ {2,}/g, " "));
}

/**
 * Whether a no-break space was meant between these two: in "10 000 р.", "№ 5", "А. Петрова", after a word of one or
 * two letters, before a dash and before же, ли, бы. Everywhere else a page was made with it, which a line break
 * must not suffer from; after a speaker's dash a plain one says that it is one.
 * @type {(before: string, after: string) => boolean}
 */
function binds(before, after) {
  return (
    (/\d$/.test(before) && /^[\d%№\p{L}]/u.test(after)) ||
    (/[№§]$/.test(before) && /^\d/.test(after)) ||
    (/(?:^|[^\p{L}\p{N}])(?:\p{L}{1,2}|\p{Lu}\.)$/u.test(before) && /^[\p{L}\p{N}«„]/u.test(after)) ||
    /^[–—-](?:\s|$)/.test(after) ||
    /^(?:же|ж|ли|бы|б)(?![\p{L}\p{N}])/iu.test(after)
  );
}

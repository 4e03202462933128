// What scripts say: sentences that the server wrote into <template class="texts">, in the language of the page.

// Chromium knows no Belarusian numbers; Russian ones look the same.
const locales = [document.documentElement.lang || "en", "ru"];
const number = (options) => new Intl.NumberFormat(locales, options);

const sentences = new Map();
for (const template of document.querySelectorAll("template.texts")) {
  for (const text of template.content.children) sentences.set(text.dataset.say, text.textContent.trim());
}

/** The sentence under this key, each {name} replaced by its value. */
export function say(key, values = {}) {
  if (!sentences.has(key)) throw new Error(`no text: ${key}`);
  return sentences.get(key).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A number with its unit, never torn apart at the end of a line. */
const unit = (key, n) => say(key, { n }).replaceAll(" ", "\u00a0");

/** A share from 0 to 1; rounded down, so that 100 % is all of it. */
export const percent = (share) => number({ style: "percent" }).format(Math.floor(share * 100) / 100);

/** Bytes as people read them, as the server does: 12.3 MB. */
export function bytes(count) {
  const [key, amount] = count < 1_000_000 ? ["kB", count && Math.max(count / 1000, 0.1)] : ["MB", count / 1_000_000];
  return unit(key, number({ minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(amount));
}

/** Seconds as people say a length, as the server does: 20 s, 1 min 5 s. */
export function duration(seconds) {
  const whole = Math.round(seconds);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  const spoken = minutes ? [unit("min", minutes)] : [];
  if (rest || !minutes) spoken.push(unit("s", rest));
  return spoken.join(" ");
}

/** Seconds as coarsely as a forecast deserves: 20 s, 4 min, 2 h. */
export function roughly(seconds) {
  if (seconds < 55) return unit("s", Math.max(5, Math.ceil(seconds / 5) * 5));
  if (seconds < 5400) return unit("min", Math.ceil(seconds / 60));
  return unit("h", Math.round(seconds / 3600));
}

/** Seconds as a clock shows them: 1:05. */
export const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

import assert from "node:assert/strict";
import { test } from "node:test";

import { borders } from "../../web/static/editor/borders.js";
import { fit, speaks } from "../../web/static/editor/breaking.js";
import { python, withPython } from "./python.js";

const FRAME = { soft: 24, hard: 28 };
/** A few words; the page has all of them from the server, as Python's answers have. */
const FEW = borders({
  prepositions: ["на", "в"],
  conjunctions: ["и", "который"],
  particles: ["не"],
  enclitics: ["же"],
  leaning: [],
  modifiers: [],
  subjects: ["я"],
  compounds: ["потому что"],
  abbreviations: ["г"],
  closing: [],
  months: [],
});
const laid = (text) => fit(text, FRAME, FEW);

test("what fits stays in one line", () => {
  assert.equal(laid("Мы ждём вас\nдома."), "Мы ждём вас дома.");
  assert.equal(laid(""), "");
});

test("no line ends with a preposition, a conjunction or «не»", () => {
  assert.equal(laid("Никогда больше не ходите туда"), "Никогда больше\nне ходите туда");
  assert.equal(laid("Вас посылают насильно на чужую войну"), "Вас посылают насильно\nна чужую войну");
  assert.equal(laid("Мы ждём вас всех дома, и вы вернётесь"), "Мы ждём вас всех дома,\nи вы вернётесь");
});

test("each speaker has a line of her own", () => {
  assert.equal(laid("– Ты где? – Дома."), "– Ты где? – Дома.");
  assert.equal(laid("– Ты где?\n– Дома."), "– Ты где?\n– Дома.");
  assert.equal(speaks("– Дома."), true);
  assert.equal(speaks("– и дома"), false);
});

test("what two lines cannot hold has more, and no word is lost", () => {
  const long = "Настоящий герой тот, кто отказывается убивать, кто говорит нет и уходит домой к детям";
  const lines = laid(long).split("\n");
  assert.equal(lines.length, 4);
  assert.equal(lines.join(" "), long);
  assert.equal(laid("а".repeat(40)), "а".repeat(40));
});

test("Python breaks every text the same way", withPython, () => {
  const clings = borders(python.words);
  for (const { text, frame, fitted } of python.fits)
    assert.equal(fit(text, python.frames[frame], clings), fitted, frame);
});

test("Python weighs every pair of words the same", withPython, () => {
  const clings = borders(python.words);
  for (const [left, right, cost] of python.clings) assert.equal(clings(left, right), cost, `${left} ${right}`);
});

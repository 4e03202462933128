import assert from "node:assert/strict";
import { test } from "node:test";

import { difference } from "../../web/static/editor/difference.js";
import { chance, sentence } from "./random.js";

const shown = (before, after) =>
  difference(before, after)
    .map(({ kind, text }) => ({ same: text, gone: `[-${text}-]`, new: `[+${text}+]` })[kind])
    .join("");

test("word by word, signs by themselves", () => {
  assert.equal(shown("Мы ждём вас.", "Мы ждём тебя!"), "Мы ждём [-вас.-][+тебя!+]");
  assert.equal(shown("Мы вас ждём", "Мы ждём"), "Мы [-вас -]ждём");
  assert.equal(shown("", "Мир"), "[+Мир+]");
  assert.equal(shown("Мир", "Мир"), "Мир");
  assert.equal(shown("", ""), "");
});

test("as much as can be is the same", () => {
  assert.equal(shown("да нет мир", "мир да нет"), "[+мир +]да нет[- мир-]");
});

test("no more is changed than must be", () => {
  const random = chance();
  /** The most signs that can stay, found by trying all. */
  const most = (a, b) => {
    if (!a || !b) return 0;
    if (a[0] === b[0]) return 1 + most(a.slice(1), b.slice(1));
    return Math.max(most(a.slice(1), b), most(a, b.slice(1)));
  };
  for (let round = 0; round < 1000; round++) {
    const [a, b] = [0, 1].map(() => random.some([".", ",", "!", "?"], 7).join(""));
    const same = difference(a, b).filter(({ kind }) => kind === "same");
    assert.equal(same.map(({ text }) => text).join("").length, most(a, b), `${a} ${b}`);
  }
});

test("a blank between two changed words is changed with them", () => {
  assert.equal(shown("не идите туда", "не ходите сюда"), "не [-идите туда-][+ходите сюда+]");
});

test("long texts differ as a whole, and soon", () => {
  const long = (word) => Array.from({ length: 20_000 }, (_, i) => word + i).join(" ");
  assert.equal(difference(long("а"), long("б")).length, 2);
});

test("both texts can be read from any difference", () => {
  const random = chance();
  for (let round = 0; round < 3000; round++) {
    const [before, after] = [sentence(random), sentence(random)];
    const parts = difference(before, after);
    const read = (other) =>
      parts
        .filter(({ kind }) => kind !== other)
        .map(({ text }) => text)
        .join("");
    assert.equal(read("new"), before);
    assert.equal(read("gone"), after);
    parts.forEach(({ kind, text }, i) => assert.ok(text && kind !== parts[i + 1]?.kind));
  }
});

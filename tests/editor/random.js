// Chance that can be had again: EDITOR_SEED=<the number that was printed> node --test tests/editor/store.test.js

import { adopted } from "../../web/static/editor/store.js";

const SEED = Number(process.env.EDITOR_SEED ?? Date.now() % 1e9);
console.log(`EDITOR_SEED=${SEED}`);

/** mulberry32, by Tommy Ettinger: public domain. */
export function chance(seed = SEED) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const to = (low, high) => low + Math.floor(next() * (high - low + 1));
  const one = (list) => list[to(0, list.length - 1)];
  return { next, to, one, some: (list, most) => Array.from({ length: to(0, most) }, () => one(list)) };
}

export const ROOM = Object.freeze({ gap: 83, glimpse: 833, clip: 60_000 });

const WORDS = "мы ждём вас дома не идите на эту войну – Привет, я 👋 за́мок «Мир» … 5 % мать".split(" ");

export const sentence = (random) => random.some(WORDS, 12).join(random.one([" ", " ", " ", "\n"]));

/** A track as a draft may be, gaps and glimpses not always kept. */
export function track(random, count = random.to(0, 12), room = ROOM) {
  let at = 0;
  const rows = Array.from({ length: count }, () => {
    const start = at + random.one([0, 0, 10, 83, 400, 3000]);
    at = start + random.one([1, 2, 300, 833, 1500, 4000]);
    const doubts = random.some(["omission", "unknown_word"], 2);
    return {
      start,
      end: at,
      text: sentence(random),
      doubts,
      origin: random.one(["", "memory"]),
      spoken: random.one(["", "words"]),
    };
  });
  return adopted(rows, room);
}

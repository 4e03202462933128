// Proof of work: a small price for one video, a high one for ten thousand.

import { sha256 } from "./sha256.js";

const SLICE_MS = 25; // of work at a stretch, so that the page goes on answering to touches

/** Whether a digest begins with this many zero bits. */
function begins(digest, bits) {
  const whole = bits >> 5;
  for (let i = 0; i < whole; i++) if (digest[i]) return false;
  return Math.clz32(digest[whole]) >= (bits & 31);
}

/** "challenge:N" whose SHA-256 begins with `bits` zero bits. Throws the signal's reason when it is aborted. */
export async function solve(challenge, bits, signal) {
  const encoder = new TextEncoder();
  for (let n = 0; ; ) {
    const until = performance.now() + SLICE_MS;
    while (performance.now() < until) {
      for (const end = n + 64; n < end; n++) {
        if (begins(sha256(encoder.encode(`${challenge}:${n}`)), bits)) return `${challenge}:${n}`;
      }
    }
    await new Promise((done) => setTimeout(done));
    signal?.throwIfAborted();
  }
}

// What can be known of a video before a byte of it is sent. What cannot be told here, the server tells.

import { bytes, duration, say } from "./texts.js";
import { hex } from "./sha256.js";

const EDGE = 64 * 1024; // bytes at each end that are read
const LOOK_MS = 8000; // a length that is not known by then is let through

/** The boxes that MP4, MOV and 3GP begin with, as web/form.py has them. */
const ISO_BOXES = ["ftyp", "moov", "mdat", "wide", "free", "skip", "pnot", "styp"];

/** Something is wrong with the file: `say` is the key of the sentence. */
export class BadFile extends Error {
  constructor(key, values) {
    super(say(key, values));
  }
}

const read = async (file, from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer());

/** The first and last bytes. Throws BadFile: a file in a cloud may not be there, or be another one by now. */
async function edges(file) {
  try {
    const ends = await Promise.all([read(file, 0, EDGE), read(file, Math.max(0, file.size - EDGE), file.size)]);
    if (ends.every((end) => end.length === Math.min(EDGE, file.size))) return ends;
  } catch {
    // NotReadableError, NotFoundError: the same for her
  }
  throw new BadFile("unreadable");
}

/** What tells this file from another one, without reading all of it. Not its time: some phones invent it anew. */
export async function fingerprint(file) {
  const [head, tail] = await edges(file);
  return [file.size, hex(head), hex(tail)].join(" ");
}

/** Throws BadFile when a file that could be read has gone or has changed since then. */
export async function stillThere(file, print) {
  const now = await fingerprint(file).catch(() => "");
  if (now !== print) throw new BadFile("changed");
}

/** Whether a file begins like the videos of phones and cameras. */
export function looksLikeVideo(head) {
  const box = String.fromCharCode(...head.slice(4, 8));
  return ISO_BOXES.includes(box) || [0x1a, 0x45, 0xdf, 0xa3].every((byte, i) => head[i] === byte);
}

/** Seconds, or NaN when this browser cannot tell. */
function seconds(file) {
  const video = document.createElement("video");
  const address = URL.createObjectURL(file);
  return new Promise((done) => {
    video.preload = "metadata";
    video.onloadedmetadata = () => done(Number.isFinite(video.duration) ? video.duration : NaN);
    video.onerror = () => done(NaN);
    setTimeout(done, LOOK_MS, NaN);
    video.src = address;
  }).finally(() => {
    video.removeAttribute("src");
    URL.revokeObjectURL(address);
  });
}

/** Size and length in words. limits: minMs, maxMs, maxBytes. Throws BadFile. */
export async function inspect(file, { minMs, maxMs, maxBytes }) {
  if (file.size === 0) throw new BadFile("empty");
  if (file.size > maxBytes) throw new BadFile("too_large", { size: bytes(file.size), limit: bytes(maxBytes) });
  const [head] = await edges(file);
  if (!looksLikeVideo(head)) throw new BadFile("not_video");
  const long = await seconds(file);
  const limits = { length: duration(long), min: duration(minMs / 1000), max: duration(maxMs / 1000) };
  // A tenth of a second of grace: players and our own look at the file may round differently.
  if (long * 1000 > maxMs + 100) throw new BadFile("too_long", limits);
  if (long * 1000 < minMs - 100) throw new BadFile("too_short", limits);
  return Number.isNaN(long) ? bytes(file.size) : `${bytes(file.size)}, ${duration(long)}`;
}

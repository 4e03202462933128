// The line: an upload that is made, carried and asked about over a connection that comes and goes.

import { solve } from "./proof.js";
import { say } from "./texts.js";

const TUS = { "Tus-Resumable": "1.0.0" };
const LIBRARY = new URL("./vendor/tus.min.js", import.meta.url);
const STALL_MS = 60_000; // without another byte: the line is dead, whatever the browser believes
const USUAL_WAIT = 30; // seconds, where a refusal that will pass says nothing else
const CHUNK_SECONDS = 3; // how far the display may run ahead, and what a cut loses where a proxy keeps a chunk back
const [SMALLEST, LARGEST] = [2 ** 18, 2 ** 23]; // bytes of a chunk

/** The server said no, in `message`. wait: seconds until it may say yes, NaN when it will not. */
export class Refused extends Error {
  constructor(text, wait) {
    super(text || say("refused"));
    this.wait = wait;
  }
}

/** The server does not know this upload, or not any more. */
export class Gone extends Error {}

/** Why an answer is no, in the words of the server where it has some. header(name), and the body as text. */
function refusal(status, header, body) {
  const passing = status === 429 || status >= 500;
  const wait = passing ? Number(header("Retry-After")) || USUAL_WAIT : NaN;
  const plain = (header("Content-Type") ?? "").startsWith("text/plain");
  return new Refused(plain ? body.trim() : "", wait);
}

const refused = async (answer) => refusal(answer.status, (name) => answer.headers.get(name), await answer.text());

/** Make a place for so many bytes; gives its address. proving(): called when a proof of work is asked for. */
export async function create(files, size, { signal, proving }) {
  for (let proof = {}; ; ) {
    const headers = { ...TUS, "Upload-Length": size, ...proof };
    const answer = await fetch(files, { method: "POST", headers, signal });
    if (answer.status === 201) return new URL(answer.headers.get("Location"), location.href).href;
    const challenge = answer.headers.get("Proof-Challenge");
    if (answer.status !== 429 || !challenge) throw await refused(answer);
    proving();
    proof = { Proof: await solve(challenge, Number(answer.headers.get("Proof-Bits")), signal) };
  }
}

/** How many bytes the server has. Throws Gone. */
export async function arrived(address, signal) {
  const answer = await fetch(address, { method: "HEAD", headers: TUS, signal });
  if (answer.status === 404 || answer.status === 410) throw new Gone();
  if (!answer.ok) throw await refused(answer);
  return Number(answer.headers.get("Upload-Offset"));
}

/** Have the server delete what it has. Works while the page is being left, and nothing depends on it. */
export function discard(address) {
  fetch(address, { method: "DELETE", headers: TUS, keepalive: true }).catch(() => {});
}

/** The upload library, loaded when it is needed for the first time. */
export const library = () => import(LIBRARY).then(() => globalThis.tus);

/**
 * Send what the server does not have yet. Throws Gone, Refused or a line's error.
 * moved(bytes), accepted(bytes): called as they leave here, and when the server has them.
 * detour: by POST, for networks that let no PATCH through.
 */
export async function carry(file, address, { signal, detour, moved, accepted }) {
  const tus = await library();
  let [chunkSize, since, stalled] = [2 * SMALLEST, performance.now(), undefined];
  await new Promise((done, fail) => {
    const stop = (why) => upload.abort().finally(() => fail(why));
    const alive = () => {
      clearTimeout(stalled);
      stalled = setTimeout(stop, STALL_MS, new Error("stalled"));
    };
    const upload = new tus.Upload(file, {
      uploadUrl: address,
      chunkSize,
      retryDelays: null, // we wait ourselves, and say so
      storeFingerprintForResuming: false,
      onSuccess: done,
      onError: (error) => fail(translated(error)),
      onProgress: (sent) => (alive(), moved(sent)),
      overridePatchMethod: detour,
      onChunkComplete(_size, sent) {
        accepted(sent);
        const took = (performance.now() - since) / 1000;
        since = performance.now();
        chunkSize = Math.min(LARGEST, Math.max(SMALLEST, (chunkSize / took) * CHUNK_SECONDS));
        upload.options.chunkSize = Math.round(chunkSize);
      },
    });
    signal.addEventListener("abort", () => stop(signal.reason));
    signal.throwIfAborted();
    alive();
    upload.start();
  }).finally(() => clearTimeout(stalled));
}

function translated(error) {
  const answer = error.originalResponse;
  const status = answer?.getStatus() ?? 0;
  if (status === 404 || status === 410) return new Gone();
  if (status < 400 || status === 409 || status === 423) return error; // the line, or an earlier try that still ends
  return refusal(status, (name) => answer.getHeader(name), answer.getBody() ?? "");
}

/** Wait so many seconds, or less: until the line or she comes back, or `signal`. tick(left): called every second. */
export async function rest(seconds, signal, tick) {
  const over = new AbortController();
  let left = Math.ceil(seconds);
  await new Promise((done) => {
    const pace = setInterval(() => (--left > 0 ? tick(left) : done()), 1000);
    over.signal.addEventListener("abort", () => clearInterval(pace));
    addEventListener("online", done, over);
    document.addEventListener("visibilitychange", () => document.hidden || done(), over);
    signal.addEventListener("abort", done, over);
    tick(left);
  });
  over.abort();
}

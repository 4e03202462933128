// Sending over the plain form: checks before a byte goes, then an upload that survives a bad line and a reload.
// At its end the form is sent as it always is, with the name of the upload instead of the file.

import { awake } from "./awake.js";
import { BadFile, fingerprint, inspect } from "./checks.js";
import { Cancelled, cancel, deliver, pause, resume, waited } from "./deliver.js";
import { hold, release } from "./guard.js";
import { arrived, discard, Gone, Refused } from "./line.js";
import * as panel from "./panel.js";
import { fields, forget, refill, remember, remembered } from "./resume.js";
import { percent, say } from "./texts.js";

const MANY = 5; // failures of the server at the very end until its own page may tell what is wrong

const form = document.querySelector("#send");
const { video, upload } = form.elements;
const limits = Object.fromEntries(["minMs", "maxMs", "maxBytes"].map((name) => [name, Number(form.dataset[name])]));
let going = false;

/** Look at a file once, however often it is asked for. */
let looked = {};
function look(file) {
  if (looked.file !== file) looked = { file, found: inspect(file, limits) };
  return looked.found;
}

/** Write under the file field what was found, or what is wrong with the file. */
function tell(found, problem = "") {
  document.querySelector("#video-wrong")?.remove(); // what the server said about an earlier one
  document.querySelector("#video-facts").textContent = found;
  document.querySelector("#video-problem").textContent = problem;
  if (problem) video.setAttribute("aria-invalid", "true");
  else video.removeAttribute("aria-invalid");
}

async function chosen() {
  const file = video.files[0];
  upload.value = "";
  if (!file) return tell("");
  const [found, problem] = await look(file).then(
    (found) => [found, ""],
    (error) => ["", error.message],
  );
  if (file === video.files[0]) tell(found, problem);
}

/** What the form calls an upload. */
const nameOf = (address) => address.split("/").at(-1);

/** Everything from the button to the receipt. */
async function go() {
  going = true;
  panel.busy(true);
  hold("sending");
  awake(true);
  try {
    if (!upload.value) await send(video.files[0]);
    if (form.reportValidity()) await finish();
    else stopped(say("arrived"));
  } catch (error) {
    failed(error);
  }
}

async function send(file) {
  panel.show("checking");
  await look(file);
  const print = await fingerprint(file);
  const { address, print: before } = remembered();
  if (address && print !== before) {
    discard(address);
    anew();
  }
  remember({ print, size: file.size, fields: fields(form) });
  video.disabled = true;
  upload.value = nameOf(await deliver(file, print, form.dataset.files));
}

/** Until the server has taken the form in. Its page is then fetched by the form itself: that survives a reload. */
async function finish() {
  for (let failures = 1; ; failures++) {
    panel.show("finishing");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
      if (answer.status < 500 || failures === MANY) return submit();
    } catch {
      // the line: the same as a server that is just starting again
    }
    await waited({}, failures, "unanswered");
  }
}

function submit() {
  release("sending");
  release("recording");
  HTMLFormElement.prototype.submit.call(form);
}

/** The button is back, and what stands under the file field says why. */
function stopped(text, problem = "") {
  going = false;
  awake(false);
  release("sending");
  panel.busy(false);
  tell(text, problem);
}

function failed(error) {
  const cancelled = error instanceof Cancelled;
  if (!cancelled && !(error instanceof BadFile) && !(error instanceof Refused)) return plainly(); // our own mistake
  if (cancelled) drop();
  video.disabled = false;
  stopped(cancelled ? say("cancelled") : "", cancelled ? "" : error.message);
  video.focus();
}

/** Have what arrived deleted, and forget it. */
function drop() {
  const { address } = remembered();
  if (address) discard(address);
  forget();
}

/** The plain form, as without scripts: for when something does not let an upload through. */
function plainly() {
  drop();
  video.disabled = false;
  submit();
}

/** After a reload: what she typed is back, and she is told what to do about a video that was on its way. */
async function restore() {
  const { fields, address, sent, size } = remembered();
  if (fields) refill(form, fields);
  if (document.querySelector("#video-wrong")) return anew();
  if (!address) return;
  partThere(sent, size);
  history.scrollRestoration = "manual"; // not to where the page was, but to where she has something to do
  video.scrollIntoView({ block: "center" });
  try {
    const have = await arrived(address);
    if (going || video.files.length) return;
    if (have === size) wholeThere(address);
    else partThere(have, size);
  } catch (error) {
    if (!(error instanceof Gone)) return; // the line is down: it is asked again when she sends
    anew();
    if (!going) tell("");
  }
}

function partThere(sent, size) {
  tell(say("again", { percent: percent(sent / size) }));
}

function wholeThere(address) {
  upload.value = nameOf(address);
  video.required = false;
  tell(say("whole"));
}

/** The next video is not the one that was on its way. */
function anew() {
  upload.value = "";
  video.required = true;
  remember({ address: undefined, sent: 0 });
}

panel.obey({
  pause,
  resume,
  now: () => dispatchEvent(new Event("online")),
  cancel: () => confirm(say("sure")) && cancel(),
  plainly,
});
form.addEventListener("submit", (event) => {
  if (!upload.value && !video.files.length) return; // the server has a sentence for that
  event.preventDefault();
  if (!going) go();
});
// A phone may throw the page away while its camera is open for the file field.
video.addEventListener("click", () => remember({ fields: fields(form) }));
form.addEventListener("change", () => remembered().fields && remember({ fields: fields(form) }));
video.addEventListener("change", chosen);
addEventListener("leave", drop);
addEventListener("pageshow", (event) => event.persisted && location.reload());
restore();

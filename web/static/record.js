// Record here: camera and microphone into a file like any other, put into the form's file field.

import { hold, release } from "./guard.js";
import { clock, duration, say } from "./texts.js";

// H.264 where there is an encoder for it: phones have it in hardware, and our clean proxy can take it over as it is.
const KINDS = [
  "video/mp4;codecs=avc1.42E01F,mp4a.40.2",
  "video/webm;codecs=h264,opus",
  "video/webm;codecs=vp8,opus",
  "video/webm",
  "video/mp4",
];
const BITS = { videoBitsPerSecond: 2_500_000, audioBitsPerSecond: 96_000 };
const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const SPARE_MS = 500; // stopping takes a moment, and a file longer than the limit would be refused
const NOW = 4800; // samples that the meter shows: a tenth of a second
const HEARD = 0.05; // the loudest sample, of 1, below which nobody was heard
const IN_APP = /\bwv\b|FBA[NV]|Instagram|Line\/|MicroMessenger|Snapchat|TikTok|Viber/;

const form = document.querySelector("#send");
const dialog = document.querySelector("#recorder");
const part = (name) => dialog.querySelector(`#recorder-${name}`);
const screen = part("screen");
const [minMs, maxMs] = [Number(form.dataset.minMs), Number(form.dataset.maxMs)];
const kind = globalThis.MediaRecorder && KINDS.find((each) => MediaRecorder.isTypeSupported(each));

let stream, recorder, meter, film;
let facing = "user";
let take = 0; // counts what was begun, so that what comes late is not mistaken for what is wanted now

function show(state, sentence = "") {
  dialog.dataset.state = state;
  for (const each of dialog.querySelectorAll("[data-when]")) {
    each.hidden = !each.dataset.when.split(" ").includes(state);
  }
  part("says").textContent = sentence;
  dialog.querySelector("button.main:not([hidden])")?.focus();
}

/** The sentence for what getUserMedia throws. */
function why(error) {
  const known = { NotAllowedError: "denied", NotFoundError: "no_camera", NotReadableError: "camera_busy" };
  return say(known[error.name] ?? "camera_failed");
}

function quiet() {
  take++;
  if (recorder?.state === "recording") recorder.stop();
  stream?.getTracks().forEach((track) => track.stop());
  meter?.close();
  screen.pause();
  screen.srcObject = null;
  screen.removeAttribute("src");
  if (film) URL.revokeObjectURL(film.address);
  [stream, recorder, meter, film] = [];
}

/** Camera and microphone on, and seen. */
async function preview() {
  quiet();
  const mine = take;
  show("asking", say("asking"));
  try {
    const got = await navigator.mediaDevices.getUserMedia({ video: { ...PICTURE, facingMode: facing }, audio: true });
    if (mine !== take) return got.getTracks().forEach((track) => track.stop());
    stream = got;
  } catch (error) {
    return show("failed", why(error));
  }
  const { facingMode } = stream.getVideoTracks()[0].getSettings();
  Object.assign(screen, { srcObject: stream, muted: true, controls: false });
  screen.classList.toggle("mirrored", facingMode !== "environment");
  screen.onloadedmetadata = () => {
    part("guide").setAttribute("viewBox", `0 0 ${screen.videoWidth} ${screen.videoHeight}`); // lies on the picture
  };
  screen.play().catch(() => {});
  meter = listen(stream);
  part("clock").textContent = `${clock(0)} / ${clock(maxMs / 1000)}`;
  show("ready", say("ready"));
  part("other").hidden = (await cameras()) < 2;
}

const cameras = async () =>
  (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput").length;

const loudest = (samples) => samples.reduce((most, each) => Math.max(most, Math.abs(each)), 0);

/** Shows how loud it is; `loudest` and close(). */
function listen(from) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 32768; // samples: more than pass from one look to the next, also on a busy phone
  context.createMediaStreamSource(from).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const meter = { loudest: 0 };
  const pace = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    meter.loudest = Math.max(meter.loudest, loudest(samples));
    part("level").value = Math.sqrt(loudest(samples.subarray(-NOW))); // ears hear so
  }, 100);
  meter.close = () => (clearInterval(pace), context.close());
  return meter;
}

/** 3, 2, 1, and then it runs. */
async function countdown() {
  const mine = take;
  show("counting");
  for (let left = 3; left; left--) {
    part("count").textContent = left;
    await new Promise((done) => setTimeout(done, 1000));
    if (mine !== take) return;
  }
  part("count").textContent = "";
  record();
}

function record() {
  const pieces = [];
  const mine = take;
  const begun = performance.now();
  recorder = new MediaRecorder(stream, { mimeType: kind, ...BITS });
  meter.loudest = 0;
  const pace = setInterval(() => {
    const ms = performance.now() - begun;
    part("clock").textContent = `${clock(ms / 1000)} / ${clock(maxMs / 1000)}`;
    if (ms > maxMs - SPARE_MS) stop();
  }, 100);
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  recorder.onstop = () => {
    clearInterval(pace);
    if (mine === take) review(new Blob(pieces, { type: kind.split(";")[0] }), performance.now() - begun);
  };
  recorder.start(1000); // a piece a second: what was recorded is there even when the camera goes away
  stream.getVideoTracks()[0].onended = stop;
  show("recording", say("recording"));
}

function stop() {
  if (recorder?.state === "recording") recorder.stop();
}

/** What was recorded, to be looked at. */
function review(blob, ms) {
  const heard = meter.loudest >= HEARD;
  quiet();
  film = { blob, address: URL.createObjectURL(blob) };
  Object.assign(screen, { src: film.address, muted: false, controls: true });
  screen.classList.remove("mirrored");
  hold("recording");
  const short = ms < minMs;
  const sentence = short ? say("short", { min: duration(minMs / 1000) }) : say(heard ? "look" : "unheard");
  show(short ? "short" : "done", sentence);
}

/** Into the file field, as though it had been chosen there. */
function use() {
  const end = film.blob.type === "video/mp4" ? "mp4" : "webm";
  const chosen = new DataTransfer();
  chosen.items.add(new File([film.blob], `video.${end}`, { type: film.blob.type }));
  const { video } = form.elements;
  video.files = chosen.files;
  video.dispatchEvent(new Event("change", { bubbles: true }));
  dialog.close();
  video.focus();
}

function close() {
  const used = [...form.elements.video.files].some((file) => file.size === film?.blob.size);
  if (!used) release("recording");
  quiet();
}

const does = { again: preview, retry: preview, start: countdown, stop, use, close: () => dialog.close() };
does.other = () => ((facing = facing === "user" ? "environment" : "user"), preview());

function offer() {
  const button = document.querySelector("#record");
  const able = kind && navigator.mediaDevices?.getUserMedia && globalThis.DataTransfer && dialog.showModal;
  button.closest(".waits").classList.remove("waits");
  if (!able || IN_APP.test(navigator.userAgent)) {
    const sentence = document.createElement("span");
    sentence.className = "hint";
    sentence.textContent = say("open_elsewhere");
    return button.replaceWith(sentence);
  }
  button.addEventListener("click", () => (dialog.showModal(), preview()));
  dialog.addEventListener("click", (event) => does[event.target.closest("button")?.dataset.does]?.());
  dialog.addEventListener("close", close);
  document.addEventListener("visibilitychange", () => document.hidden && stop());
  addEventListener("leave", quiet);
}

offer();

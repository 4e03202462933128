// What of the finished clip was played, and notes at its moments. Without this file the server asks whether the clip
// was watched, and times of notes are typed.

import { percent, say } from "./texts.js";

const video = document.querySelector("#video");
const NEAR = 0.35; // seconds between two stretches that count as one: players do not stop and go on at one very frame
const REST = 0.5; // seconds at the end that some players never report
const FASTEST = 2; // times the speed of speech: faster, nobody reads along
const STRIDE = 3; // seconds of the clip between two signs of a player that plays

/** Stretches [from, to] in order, those that touch joined. */
export function joined(stretches) {
  const all = [];
  for (const [from, to] of [...stretches].sort((one, other) => one[0] - other[0])) {
    const last = all.at(-1);
    if (last && from <= last[1] + NEAR) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}

/** Whether these stretches are all of it. */
export const whole = (stretches, length) =>
  stretches.length === 1 && stretches[0][0] <= NEAR && stretches[0][1] >= length - REST;

/** How much of it they are, from 0 to 1. */
export function share(stretches, length) {
  const sum = stretches.reduce((total, [from, to]) => total + to - from, 0);
  return length > 0 ? Math.min(sum / length, 1) : 0;
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(3).padStart(6, "0")}`;

/** This tab remembers what was played of these very bytes: a note that is sent loads the page again. */
function follow(field) {
  const [bar, words] = ["#played", "#so-far"].map((name) => document.querySelector(name));
  const key = `played ${video.dataset.sha256}`;
  let stretches = JSON.parse(sessionStorage.getItem(key) ?? "[]");
  let last = video.currentTime;
  bar.parentElement.hidden = false;

  const heard = () => !video.muted && video.volume > 0 && video.playbackRate <= FASTEST;
  const look = () => {
    const now = video.currentTime;
    if (heard() && !video.seeking && now > last && now - last < STRIDE) stretches = joined([...stretches, [last, now]]);
    last = now;
    sessionStorage.setItem(key, JSON.stringify(stretches));
    const all = whole(stretches, video.duration);
    if (field) field.value = all ? "whole" : "";
    const shown = all ? 1 : Math.min(share(stretches, video.duration), 0.99);
    bar.value = shown * 100;
    words.textContent = all ? say("whole") : say("played", { share: percent(shown) });
  };
  for (const event of ["timeupdate", "pause", "ended", "loadedmetadata"]) video.addEventListener(event, look);
  for (const event of ["seeking", "seeked"]) video.addEventListener(event, () => (last = video.currentTime));
  if (video.readyState) look();
}

function jumps() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".jump");
    if (!link) return;
    event.preventDefault();
    video.currentTime = Math.max(Number(link.dataset.at) / 1000 - 0.5, 0);
    video.play();
    video.focus({ preventScroll: true });
  });
}

/** The time of a note is where the video stands; the list is renewed without leaving the page. */
function notes(form) {
  const [at, text] = ["at", "text"].map((name) => form.elements[name]);
  text.addEventListener("focus", () => {
    video.pause();
    at.value = clock(video.currentTime);
  });
  video.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "n" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    text.focus();
  });
  document.addEventListener("submit", async (event) => {
    const sent = event.target;
    if (!sent.closest("#notes")) return;
    event.preventDefault();
    try {
      const answer = await fetch(sent.action, { method: "POST", body: new FormData(sent) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const [list, said] = ["#note-list", ".flashes"].map((part) => page.querySelector(part));
      if (!list) throw new Error("another page"); // signed out, or gone: what was typed stays in its box
      document.querySelector("#note-list").replaceWith(list);
      if (said) return problem(said.textContent);
    } catch {
      return problem(say("not_kept"));
    }
    problem("");
    if (sent === form) text.value = "";
    video.focus({ preventScroll: true });
  });
}

function problem(words) {
  document.querySelector("#note-problem").textContent = words;
}

/** A link to a folded part unfolds it. */
function unfold() {
  const open = () => {
    const part = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (part instanceof HTMLDetailsElement) part.open = true;
    (part?.matches?.("input") ? part : part?.querySelector?.("textarea"))?.focus();
  };
  addEventListener("hashchange", open);
  document.addEventListener("click", (event) => {
    if (event.target.closest('.bar a[href="' + location.hash + '"]')) open();
  });
}

if (video) {
  if (document.querySelector("#played")) follow(document.querySelector("#watched"));
  jumps();
  unfold();
  const form = document.querySelector("form#note");
  if (form) notes(form);
}

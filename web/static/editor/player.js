// The video: playing, a piece of it, again and again, slower; and where it stands. Times in ms.

import { clamp } from "./cues.js";
import { clock } from "./timing.js";

const SPEEDS = [0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5];

export class Player {
  /** @type {{from: number, until: number} | null} what is played, where that is not all */
  #span = null;
  /** @type {((ms: number) => void)[]} */
  #listeners = [];
  looping = false;

  /**
   * @param {HTMLVideoElement} video
   * @param {number} clip
   */
  constructor(video, clip) {
    this.video = video;
    this.clip = clip;
    const look = () => {
      this.#stopAtEnd();
      this.#listeners.forEach((listener) => listener(this.ms));
      if (!video.paused) requestAnimationFrame(look);
    };
    for (const name of ["play", "seeking", "seeked", "pause", "loadedmetadata"]) video.addEventListener(name, look);
  }

  get ms() {
    return Math.round(this.video.currentTime * 1000);
  }

  get playing() {
    return !this.video.paused;
  }

  /** @param {(ms: number) => void} listener */
  onTime(listener) {
    this.#listeners.push(listener);
  }

  /** @param {number} ms */
  seek(ms) {
    this.#span = null;
    this.video.currentTime = clamp(ms, 0, this.clip) / 1000;
  }

  /** @param {number} by */
  move(by) {
    this.seek(this.ms + by);
  }

  pause() {
    this.video.pause();
  }

  toggle() {
    this.#span = null;
    if (this.playing) this.pause();
    else this.#play();
  }

  /** From here to there, again and again while it loops. @type {(from: number, until: number) => void} */
  span(from, until) {
    this.seek(from);
    this.#span = { from: Math.max(from, 0), until };
    this.#play();
  }

  #play() {
    this.video.play().catch(() => {}); // paused again before it began, or nothing to play
  }

  #stopAtEnd() {
    if (!this.#span || !this.playing || this.ms < this.#span.until) return;
    const { from } = this.#span;
    if (this.looping) this.video.currentTime = from / 1000;
    else this.pause();
  }

  get speed() {
    return this.video.playbackRate;
  }

  /** One step slower or faster. @param {1 | -1} step */
  pace(step) {
    const at = SPEEDS.indexOf(this.speed);
    this.video.playbackRate = SPEEDS[clamp((at < 0 ? SPEEDS.indexOf(1) : at) + step, 0, SPEEDS.length - 1)];
  }
}

/** The row of buttons under the picture. @type {(player: Player, root: HTMLElement) => void} */
export function controls(player, root) {
  const get = (/** @type {string} */ name) => /** @type {any} */ (root.querySelector(name));
  const [slider, time, speed] = [get("#seek"), get("#time"), get("#speed")];
  slider.max = player.clip;
  slider.addEventListener("input", () => player.seek(Number(slider.value)));
  player.onTime((ms) => {
    slider.value = ms;
    slider.setAttribute("aria-valuetext", clock(ms));
    time.textContent = `${clock(ms).slice(0, -2)} / ${clock(player.clip).slice(0, -4)}`;
    get("#play").setAttribute("aria-pressed", String(player.playing));
  });
  for (const each of SPEEDS) speed.add(new Option(`${each} ×`, String(each)));
  speed.value = "1";
  speed.addEventListener("change", () => (player.video.playbackRate = Number(speed.value)));
  player.video.addEventListener("ratechange", () => (speed.value = String(player.speed)));
}

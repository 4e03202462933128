// The waveform: cues as regions that are dragged, new ones drawn, the reviewer's notes as marks. It is a help for who
// points; whatever it does has a key too.

import Regions from "../vendor/regions.esm.js";
import WaveSurfer from "../vendor/wavesurfer.esm.js";
import { placeOf } from "./cues.js";
import { nudge, setEnd, setStart } from "./placing.js";
import { begunBefore, snap, snapPlaces } from "./timing.js";

/** @import { Desk } from "./desk.js" */
/** @import { Player } from "./player.js" */

const [HEIGHT, SCALE, SNAP, BESIDE] = [88, 90, 9, 4000]; // px, px a second, px, ms drawn beyond what is seen
const DELAY = 40; // ms

/** Ours, inside of the shadow root where editor.css does not reach. */
const LOOK = `
  [part~="region"] { box-sizing: border-box; border: solid var(--region-edge); border-width: 0 1px; border-radius: 3px !important; }
  [part~="region-handle"] { width: 8px !important; border-color: transparent !important; }
  [part~="region"]:hover [part~="region-handle"] { border-color: var(--region-edge) !important; }
  .label { position: absolute; inset: 2px 2px auto 6px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis;
    font: 600 12px/1.3 system-ui, sans-serif; color: var(--ink); pointer-events: none; }
  .mark { font: 700 13px/1 system-ui, sans-serif; position: absolute; bottom: 2px; left: -1px; padding: 2px 5px;
    border-radius: 0 6px 6px 0; background: var(--warn); color: var(--card); }`;

export class Wave {
  /** What is drawn: a region for each cue in sight and for each note. @type {Map<string, any>} */
  #drawn = new Map();
  #seen = [0, 10_000];
  /** @type {string | null} the region under the pointer, which nobody else moves */
  #dragged = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #due;
  #moves = false;

  /**
   * @param {Desk} desk
   * @param {Player} player
   * @param {HTMLElement} root
   * @param {{peaks: number[]}} given
   * @param {(from: number, until: number) => void} draw
   */
  constructor(desk, player, root, { peaks }, draw) {
    this.desk = desk;
    this.player = player;
    this.draw = draw;
    this.regions = /** @type {any} */ (Regions.create());
    this.surfer = made(root, player, peaks, this.regions, desk.room.clip);
    this.surfer.once("ready", () => this.#begin());
  }

  /** Closer, or more at once. @param {1 | -1} step */
  zoom(step) {
    this.surfer.zoom(Math.min(Math.max(this.surfer.options.minPxPerSec * 1.5 ** step, 10), 400));
  }

  #begin() {
    const { regions, surfer, desk } = this;
    surfer.on("scroll", (/** @type {number} */ from, /** @type {number} */ until) => {
      this.#seen = [from * 1000, until * 1000];
      this.#sync();
    });
    regions.on("region-update", (/** @type {any} */ { id }) => (this.#dragged = id));
    regions.on("region-updated", (/** @type {any} */ region, /** @type {any} */ side) => this.#moved(region, side));
    regions.on("region-created", (/** @type {any} */ region) => this.#created(region));
    regions.on("region-clicked", (/** @type {any} */ { id }) => desk.select(id));
    if (desk.mayEdit) regions.enableDragSelection({ color: "var(--region-new)" });
    for (const event of /** @type {const} */ (["change", "state"])) desk.on(event, () => this.#soon());
    desk.on("select", () => this.#soon(true));
    this.#sync();
  }

  /** In a moment: no key waits for the waveform. selected: another cue is, and comes into sight. */
  #soon(selected = false) {
    this.#moves ||= selected;
    this.#due ??= setTimeout(() => {
      this.#due = undefined;
      this.#sync();
      if (this.#moves) this.#follow();
      this.#moves = false;
    }, DELAY);
  }

  /** The regions as the cues are. */
  #sync() {
    const { cues } = this.desk;
    const [from, until] = this.#seen;
    const first = Math.max(begunBefore(cues, from - BESIDE), 0);
    const wanted = new Map(cues.slice(first, begunBefore(cues, until + BESIDE) + 1).map((cue) => [cue.id, cue]));
    const notes = this.desk.state.notes.filter((/** @type {any} */ { done }) => !done);
    for (const note of notes) wanted.set(`note ${note.id}`, note);
    for (const [id, region] of this.#drawn)
      if (!wanted.has(id) && id !== this.#dragged) {
        this.#drawn.delete(id);
        region.remove();
      }
    for (const [id, what] of wanted) {
      if (id === this.#dragged) continue;
      if ("at_ms" in what) this.#mark(id, /** @type {any} */ (what));
      else this.#cue(what);
    }
  }

  /** @param {import("./cues.js").Cue} cue */
  #cue({ id, start, end, text }) {
    const colour = id === this.desk.selected ? "selected" : this.#open(id) ? "open" : "calm";
    const options = { start: start / 1000, end: end / 1000, color: `var(--region-${colour})` };
    const old = this.#drawn.get(id);
    const shown = JSON.stringify(options);
    if (old && old.shown !== shown) old.setOptions(options);
    const region = old ?? this.#add({ id, ...options, drag: this.desk.mayEdit, resize: this.desk.mayEdit });
    region.shown = shown;
    label(region, "label", text);
  }

  /** @type {(id: string, note: import("./desk.js").Note) => void} */
  #mark(id, { at_ms, text }) {
    if (this.#drawn.has(id)) return;
    const region = this.#add({ id, start: at_ms / 1000, color: "var(--warn)", drag: false, resize: false });
    label(region, "mark", "!");
    region.element.title = text;
  }

  /** @param {any} options */
  #add(options) {
    this.#drawn.set(options.id, null); // known before the plugin tells that it was made
    const region = this.regions.addRegion(options);
    this.#drawn.set(options.id, region);
    return region;
  }

  /** @param {string} id */
  #open(id) {
    return this.desk.found.get(id)?.some(({ severity }) => severity !== "note");
  }

  #follow() {
    const cue = this.desk.here;
    if (!cue || this.#dragged || this.player.playing) return;
    const [from, until] = this.#seen;
    if (cue.start < from || cue.end > until) this.surfer.setScrollTime(Math.max(cue.start / 1000 - 1, 0));
  }

  /** A drag has ended: to where it snaps, as far as it may go. @type {(region: any, side?: "start" | "end") => void} */
  #moved(region, side) {
    this.#dragged = null;
    const { desk } = this;
    const at = placeOf(desk.cues, region.id);
    const cue = desk.cues[at];
    if (!cue) return;
    desk.select(cue.id);
    const [start, end] = [region.start * 1000, region.end * 1000];
    if (side === "start") desk.deed(setStart(desk.cues, cue.id, this.#snapped(at, "start", start), desk.room));
    else if (side === "end") desk.deed(setEnd(desk.cues, cue.id, this.#snapped(at, "end", end), desk.room));
    else this.#carried(at, start, end);
    region.shown = ""; // it stands where the pointer left it
    this.#sync();
  }

  /** All of a cue was dragged: the border that snaps takes the other along. @type {(at: number, start: number, end: number) => void} */
  #carried(at, start, end) {
    const cue = this.desk.cues[at];
    const first = this.#snapped(at, "start", start) - cue.start;
    const by = first === start - cue.start ? this.#snapped(at, "end", end) - cue.end : first;
    this.desk.deed(nudge(this.desk.cues, cue.id, by, "cue", this.desk.room));
  }

  /** @type {(at: number, edge: "start" | "end", ms: number) => number} */
  #snapped(at, edge, ms) {
    const near = { gap: this.desk.room.gap, speech: this.desk.state.clip.speech, playhead: this.player.ms };
    const within = (SNAP / this.surfer.options.minPxPerSec) * 1000;
    return snap(ms, snapPlaces(this.desk.cues, at, edge, near), within);
  }

  /** @param {any} region that somebody drew, if it is none of ours */
  #created(region) {
    if (this.#drawn.has(region.id)) return;
    const [from, until] = [region.start * 1000, region.end * 1000];
    region.remove();
    this.draw(from, until);
  }
}

/** @type {(region: any, className: string, text: string) => void} */
function label(region, className, text) {
  const old = region.element.querySelector(`.${className}`);
  const made = old ?? Object.assign(document.createElement("span"), { className });
  made.textContent = text;
  if (!old) region.element.append(made);
}

/** The waveform, in its own shadow root. @type {(root: HTMLElement, player: Player, peaks: number[], plugin: any, clip: number) => any} */
function made(root, player, peaks, plugin, clip) {
  const host = document.createElement("div");
  const surfer = WaveSurfer.create({
    container: host,
    height: HEIGHT,
    minPxPerSec: SCALE,
    media: player.video,
    duration: clip / 1000,
    peaks: [Float32Array.from(peaks, (peak) => peak / 127)],
    normalize: true,
    barWidth: 2,
    barGap: 1,
    cursorWidth: 2,
    dragToSeek: false,
    plugins: [plugin],
    ...colours(),
  });
  allowed(/** @type {ShadowRoot} */ (surfer.getWrapper().getRootNode()));
  root.append(host);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => surfer.setOptions(colours()));
  return surfer;
}

/**
 * Our pages take no style that stands in the page, not even in a shadow root. While that is not in the page yet, its
 * <style> becomes a sheet of a script, which is allowed.
 * @param {ShadowRoot} shadow
 */
function allowed(shadow) {
  const inline = shadow.querySelector("style");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync((inline?.textContent ?? "") + LOOK);
  shadow.adoptedStyleSheets = [sheet];
  inline?.remove();
}

function colours() {
  const of = (/** @type {string} */ name) => getComputedStyle(document.documentElement).getPropertyValue(name);
  return { waveColor: of("--edge"), progressColor: of("--edge"), cursorColor: of("--accent") };
}

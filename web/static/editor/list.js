// The list of cues: only what changed is drawn again, so that a thousand are no more work than ten.

import { say } from "../texts.js";
import { clamp, placeOf } from "./cues.js";
import { tell } from "./notices.js";
import { Row } from "./row.js";
import { setText } from "./wording.js";
import { pasted } from "./text.js";
import { cueAt } from "./timing.js";

/** @import { Cue } from "./cues.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Player } from "./player.js" */

export class List {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** @type {string | undefined} */
  #playing;

  /**
   * @param {Desk} desk
   * @param {Player} player
   * @param {HTMLElement} root
   * @param {(action: string, value?: any) => void} does
   */
  constructor(desk, player, root, does) {
    this.desk = desk;
    this.player = player;
    this.root = root;
    this.does = does;
    this.#draw();
    desk.on("change", () => this.#draw());
    desk.on("state", () => this.#draw());
    desk.on("select", (before) => this.#select(before));
    player.onTime((ms) => this.#follow(ms));
    root.addEventListener("focusin", (event) => this.#focused(/** @type {Element} */ (event.target)));
    root.addEventListener("input", (event) => this.#typed(/** @type {HTMLTextAreaElement} */ (event.target)));
    root.addEventListener("paste", (event) => this.#paste(/** @type {ClipboardEvent} */ (event)));
    root.addEventListener("click", (event) => this.#click(/** @type {Element} */ (event.target)));
  }

  /** The text box of a cue. @param {string | null} id @returns {HTMLTextAreaElement | undefined} */
  box(id) {
    return id === null ? undefined : this.#rows.get(id)?.box;
  }

  /** Select the next cue, or the one before, and go on typing there. @param {number} step */
  go(step) {
    const { cues, place } = this.desk;
    const from = place < 0 ? cueAt(cues, this.player.ms) - (step > 0 ? 1 : 0) : place;
    const to = cues[clamp(from + step, 0, cues.length - 1)];
    if (to) this.show(to.id);
  }

  /** Select a cue, with the cursor at the end of its text. @param {string} id */
  show(id) {
    const box = this.box(id);
    if (!box) return;
    this.desk.select(id);
    if (document.activeElement === box) return;
    box.focus({ preventScroll: true });
    box.setSelectionRange(box.value.length, box.value.length);
    box.closest("li")?.scrollIntoView({ block: "nearest" });
  }

  /** A place in the text of a cue. @param {import("./find.js").Match} match */
  choose({ id, start, end }) {
    this.show(id);
    this.box(id)?.setSelectionRange(start, end);
  }

  #draw() {
    const { cues } = this.desk;
    const gone = new Set(this.#rows.keys());
    let next = this.root.firstElementChild;
    cues.forEach((cue, at) => {
      gone.delete(cue.id);
      const row = this.#rows.get(cue.id) ?? new Row(this.desk, cue.id, this.does);
      this.#rows.set(cue.id, row);
      if (row.item === next) next = next.nextElementSibling;
      else this.root.insertBefore(row.item, next);
      row.update(cue, at, cues[at + 1]);
    });
    for (const id of gone) this.#drop(id);
  }

  /** @param {string} id */
  #drop(id) {
    const row = this.#rows.get(id);
    this.#rows.delete(id);
    const focused = row?.item.contains(document.activeElement);
    row?.item.remove();
    if (focused && this.desk.selected) this.show(this.desk.selected);
  }

  /** @param {string | null} before */
  #select(before) {
    this.#mark(before, "selected", false);
    this.#mark(this.desk.selected, "selected", true);
    setTimeout(() => this.#seek(this.desk.here)); // no key waits for the picture
  }

  /** To the selected cue, unless something plays or the picture shows it already. @param {Cue | undefined} cue */
  #seek(cue) {
    const { ms, playing } = this.player;
    if (cue && !playing && (ms < cue.start || ms >= cue.end)) this.player.seek(cue.start);
  }

  /** @type {(id: string | null | undefined, what: string, on: boolean) => void} */
  #mark(id, what, on) {
    const item = this.#rows.get(id ?? "")?.item;
    item?.classList.toggle(what, on);
    if (what === "selected" && on) item?.setAttribute("aria-current", "true");
    else if (what === "selected") item?.removeAttribute("aria-current");
  }

  /** @param {number} ms */
  #follow(ms) {
    const now = this.desk.cues[cueAt(this.desk.cues, ms)]?.id;
    if (now === this.#playing) return;
    this.#mark(this.#playing, "playing", false);
    this.#mark(now, "playing", true);
    this.#playing = now;
    const typing = this.root.contains(document.activeElement);
    if (now && this.player.playing && !typing) this.#rows.get(now)?.item.scrollIntoView({ block: "nearest" });
  }

  /** @param {Element} target */
  #focused(target) {
    const id = target.closest("li[data-cue]")?.getAttribute("data-cue");
    if (id) this.desk.select(id);
  }

  /** @param {HTMLTextAreaElement} box */
  #typed(box) {
    const id = box.closest("li")?.dataset.cue ?? "";
    this.desk.select(id);
    this.desk.deed(setText(this.desk.cues, id, box.value), { typing: true });
    this.does("typed");
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    const box = /** @type {HTMLTextAreaElement} */ (event.target);
    if (!box.matches("textarea") || box.readOnly) return;
    event.preventDefault();
    const text = pasted(event.clipboardData?.getData("text/plain") ?? "");
    const room = Math.max(box.maxLength - (box.value.length - (box.selectionEnd - box.selectionStart)), 0);
    if (text.length > room) tell(say("too_long", { n: box.maxLength }));
    box.setRangeText(text.slice(0, room), box.selectionStart, box.selectionEnd, "end");
    this.#typed(box);
  }

  /** @param {Element} target */
  #click(target) {
    const id = target.closest("li[data-cue]")?.getAttribute("data-cue");
    if (!id || placeOf(this.desk.cues, id) < 0) return;
    this.desk.select(id);
    if (target.matches(".number")) this.does("play_cue");
  }
}

// Nothing is lost: every change goes to the server as a draft within two seconds, and into this browser until the
// server has it. A revision is made when somebody saves on purpose.

import { say } from "../texts.js";
import { sameTrack } from "./cues.js";
import { withIds } from "./desk.js";
import { Keeper } from "./keep.js";
import { sent } from "./rows.js";

/** @import { Cues } from "./cues.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Answer, Server } from "./server.js" */

const [SOON, AGAIN, LOCAL] = [1000, 5000, 200]; // ms

export class Saver {
  /** @type {Promise<unknown> | undefined} a draft on its way: a revision that overtakes it would find it left over */
  #flight;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #next;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #keeping;
  /** @type {Cues} what the server has as a draft or as a revision */
  #there;
  /** Another window of the same person writes the draft: this one only keeps its own. */
  aside = false;

  /**
   * @param {Desk} desk
   * @param {Server} server
   * @param {HTMLElement} status
   */
  constructor(desk, server, status) {
    this.desk = desk;
    this.server = server;
    this.status = status;
    this.keeper = new Keeper(desk.state, desk.tab);
    this.#there = desk.cues;
    if (desk.mayEdit) this.#show("saved");
    desk.on("change", () => this.#changed());
    addEventListener("online", () => this.push());
    addEventListener("pagehide", () => this.keep());
    addEventListener("beforeunload", (event) => this.unsafe && event.preventDefault());
  }

  /** Neither the server nor this browser has it. */
  unsafe = false;

  /** A revision is on its way. */
  revising = false;

  /** Whether the server has all that is typed. */
  get done() {
    return sameTrack(this.desk.cues, this.#there);
  }

  /** These cues came from the server. @param {Cues} cues */
  has(cues) {
    this.#there = cues;
  }

  /** Nothing is sent or kept from now on. */
  forget() {
    this.#there = this.desk.cues;
    this.keeper.erase();
  }

  #changed() {
    if (this.done) return;
    this.#show("saving");
    this.#keeping ??= setTimeout(() => this.keep(), LOCAL);
    this.#next ??= setTimeout(() => this.push(), SOON);
  }

  /** In this browser, until the server has it. */
  keep() {
    clearTimeout(this.#keeping);
    this.#keeping = undefined;
    if (this.done) return;
    const { base, cues } = this.desk;
    const kept = this.keeper.write({
      base: base.revision,
      base_rows: sent(base.cues, base.cues),
      rows: sent(cues, base.cues),
    });
    this.unsafe = !kept;
  }

  /** What is typed, as a draft. */
  async push() {
    clearTimeout(this.#next);
    this.#next = undefined;
    if (this.#flight || this.done || !this.desk.mayEdit) return;
    if (this.aside) return this.#show("aside");
    const { cues, base, tab } = this.desk;
    this.#show("saving");
    const asked = this.server.ask("PUT", "draft", { tab, base: base.revision, rows: sent(cues, base.cues) });
    this.#flight = asked;
    const answer = await asked;
    this.#flight = undefined;
    if (answer.status === 200) this.#arrived(cues);
    else this.#failed(answer);
  }

  /** @param {Cues} cues */
  #arrived(cues) {
    this.#there = cues;
    this.unsafe = false;
    if (!this.done) return this.#changed();
    clearTimeout(this.#keeping);
    this.#keeping = undefined;
    this.keeper.erase();
    this.#show("saved");
  }

  /** @param {Answer} answer */
  #failed({ status, data }) {
    this.keep();
    if (status === 410 || status === 404) return;
    if (status === 409) this.aside = true; // another window of the same person writes the draft
    if (this.aside) return this.#show("aside");
    this.#show(status === 401 ? "signed_out" : status && status < 500 ? "refused" : "offline", data?.error ?? "");
    this.#next ??= setTimeout(() => this.push(), AGAIN);
  }

  /**
   * A revision, on purpose; "" where it was made or nothing was new, else what stands against it.
   * @type {(submit: boolean) => Promise<Answer>}
   */
  async save(submit) {
    clearTimeout(this.#next);
    this.#next = undefined;
    this.keep();
    this.revising = true;
    this.#show("saving");
    await this.#flight;
    const { cues, base, tab } = this.desk;
    const rows = sent(cues, base.cues);
    const asked = this.server.ask("POST", "revisions", { tab, base: base.revision, rows, submit });
    this.#flight = asked;
    const answer = await asked;
    this.#flight = undefined;
    this.revising = false;
    if (answer.status === 200 || answer.status === 201) this.#revised(cues, answer.data);
    else if (answer.status === 409 || answer.status === 422) this.#later(answer.data?.error ?? "");
    else this.#failed(answer);
    return answer;
  }

  /** No revision yet; a draft it is all the same. @param {string} why */
  #later(why) {
    this.#show("not_saved", why);
    this.#next ??= setTimeout(() => this.push(), AGAIN);
  }

  /** @type {(cues: Cues, state: any) => void} */
  #revised(cues, state) {
    this.desk.base = { revision: state.revision, cues };
    this.desk.history.markSaved(cues);
    this.desk.history.pause();
    const { rows: _rows, draft: _draft, findings, ...news } = state;
    this.desk.judged(withIds(findings, cues), cues);
    this.desk.learn(news);
    this.#arrived(cues);
    if (this.done) this.#show("version", "", state.revision);
  }

  /** @type {(how: string, why?: string, n?: number) => void} */
  #show(how, why = "", n = 0) {
    const words = how === "offline" && this.unsafe ? "unsafe" : how;
    const sentence = say(`save_${words}`, { why, n });
    if (this.status.textContent !== sentence) this.status.textContent = sentence;
    this.status.dataset.how = words;
  }
}

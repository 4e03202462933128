// Who works on this clip: a sign of life every 20 seconds, who else has it, and taking over. It is advice; the numbers
// of the revisions are what protects the text.

import { say } from "../texts.js";
import { notice, settle, tell } from "./notices.js";

/** @import { Desk } from "./desk.js" */
/** @import { Server } from "./server.js" */

const EVERY = 20_000; // ms

export class Hold {
  /** This window has had it. */
  #had = false;

  /**
   * @param {Desk} desk
   * @param {Server} server
   * @param {(news: any) => void} changed
   */
  constructor(desk, server, changed) {
    this.desk = desk;
    this.server = server;
    this.changed = changed;
    setInterval(() => this.beat(), EVERY);
    document.addEventListener("visibilitychange", () => document.hidden || this.beat());
    addEventListener("pagehide", () => this.#leave());
    this.#begin();
  }

  /** A window of hers that crashed, or on a phone that she left, still has it: she is here now. */
  async #begin() {
    const { me, appeal } = this.desk.state;
    const only = alone(`editor ${appeal} ${me}`);
    await this.beat();
    const { by, mine } = this.desk.state.hold;
    if (by === me && !mine && (await only)) await this.beat(true);
  }

  /** A sign of life; take: over from whoever has it. */
  async beat(take = false) {
    if (!this.desk.mayEdit) return;
    const { status, data } = await this.server.ask("POST", "hold", { tab: this.desk.tab, take });
    if (status !== 200) return;
    const { hold, notes } = data;
    if (take && this.desk.state.hold.by !== this.desk.state.me) tell(say("taken"));
    this.desk.learn({ hold, notes });
    this.#had ||= hold.mine;
    this.#show(hold);
    this.changed(data);
  }

  /** @param {{by: string, mine: boolean}} hold */
  #show({ by, mine }) {
    if (mine || !by) return settle("hold");
    const own = by === this.desk.state.me;
    const lost = this.#had ? "lost" : "held";
    notice("hold", say(own ? "held_window" : `${lost}_by`, { by }), [[say("take_over"), () => this.beat(true)]]);
  }

  #leave() {
    if (this.desk.state.hold.mine) this.server.last("DELETE", "hold", { tab: this.desk.tab });
  }
}

/** Whether no other window of this browser has the clip open. It counts as open here from now on. @type {(name: string) => Promise<boolean>} */
const alone = (name) =>
  new Promise((resolve) => {
    if (!navigator.locks) return resolve(false);
    navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise(() => {}); // as long as the window is there
    });
  });

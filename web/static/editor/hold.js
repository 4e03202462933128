// Who works on this clip: a sign of life every 20 seconds, who else has it, and taking over. It is advice; the numbers
// of the revisions are what protects the text.

import { say } from "../texts.js";
import { notice, settle, tell } from "./notices.js";

/** @import { Desk } from "./desk.js" */
/** @import { Server } from "./server.js" */

const EVERY = 20_000; // ms

export class Hold {
  /** @type {(desk: Desk, server: Server, changed: (news: any) => void) => void} */
  constructor(/** @type {Desk} */ desk, /** @type {Server} */ server, /** @type {(news: any) => void} */ changed) {
    this.desk = desk;
    this.server = server;
    this.changed = changed;
    setInterval(() => this.beat(), EVERY);
    document.addEventListener("visibilitychange", () => document.hidden || this.beat());
    addEventListener("pagehide", () => this.#leave());
    this.beat();
  }

  /** A sign of life; take: over from whoever has it. */
  async beat(take = false) {
    if (!this.desk.mayEdit) return;
    const { status, data } = await this.server.ask("POST", "hold", { tab: this.desk.tab, take });
    if (status !== 200) return;
    const before = this.desk.state.hold;
    this.desk.learn({ hold: data.hold, notes: data.notes });
    if (take) tell(say("taken"));
    this.#show(data.hold, before);
    this.changed(data);
  }

  /** @type {(hold: any, before: any) => void} */
  #show({ by, mine }, before) {
    if (mine || !by) return settle("hold");
    const own = by === this.desk.state.me;
    const lost = before.mine ? "lost" : "held";
    notice("hold", say(own ? "held_window" : `${lost}_by`, { by }), [[say("take_over"), () => this.beat(true)]]);
  }

  #leave() {
    if (this.desk.state.hold.mine) this.server.last("DELETE", "hold", { tab: this.desk.tab });
  }
}

// What others do to the same clip while it is open here: another revision, an appeal that went on or was taken back.

import { say } from "../texts.js";
import { adopted, newId, sameTrack } from "./cues.js";
import { forgetAll } from "./keep.js";
import { aligned } from "./merge.js";
import { notice, settle, tell } from "./notices.js";
import { returned } from "./rows.js";
import { together } from "./together.js";

/** @import { Desk } from "./desk.js" */
/** @import { Saver } from "./save.js" */
/** @import { Server } from "./server.js" */

export class Others {
  /**
   * @param {Desk} desk
   * @param {Server} server
   * @param {Saver} saver
   */
  constructor(desk, server, saver) {
    this.desk = desk;
    this.server = server;
    this.saver = saver;
  }

  /** The answer to a sign of life. @param {{revision: number, made_by: string, status: string, hold: any}} news */
  async heard({ revision, made_by: by, status, hold }) {
    const { desk, saver } = this;
    const before = saver.aside;
    saver.aside = hold.by === desk.state.me && !hold.mine;
    if (saver.revising) return; // what is newer, or went on, may be what is being saved here
    if (status !== desk.state.status) return this.wentOn();
    if (revision === desk.base.revision) settle("newer");
    if (revision > desk.base.revision) await this.#newer(revision, by);
    else if (before && !saver.aside) await this.#otherWindow();
    saver.push();
  }

  /** @type {(revision: number, by: string) => Promise<void>} */
  async #newer(revision, by) {
    const untouched = sameTrack(this.desk.cues, this.desk.base.cues);
    const bring = async () => {
      const { status, data } = await this.server.ask("GET", "bench.json");
      if (status === 200 && (await this.bring(data))) tell(say("now_newest", { by: data.made_by, n: data.revision }));
    };
    if (untouched) await bring();
    else notice("newer", say("newer_by", { by, n: revision }), [[say("bring_together"), bring]]);
  }

  /** A revision of somebody and what is typed here, as one; false for later. @param {{rows: any[], revision: number, made_by: string}} news */
  async bring({ rows, revision, made_by: by }) {
    const { desk } = this;
    const base = desk.base.cues;
    const theirs = aligned(base, adopted(rows, desk.room), newId);
    const untouched = sameTrack(desk.cues, base);
    const names = { mine: say("mine"), theirs: say("theirs", { by }) };
    const cues = await together({ base, mine: desk.cues, theirs }, desk.room, names);
    if (!cues) return false;
    desk.base = { revision, cues: theirs };
    desk.history.markSaved(theirs);
    if (untouched) this.saver.has(cues);
    desk.learn({ revision, made_by: by });
    desk.deed(cues);
    settle("newer");
    return true;
  }

  /** The clip was taken back from another window of the same person, which may have left a draft. */
  async #otherWindow() {
    const { desk } = this;
    const { status, data } = await this.server.ask("GET", "bench.json");
    if (status !== 200 || !data.draft || data.draft.base !== desk.base.revision) return;
    const theirs = returned(data.draft.rows, data.rows, desk.room);
    const names = { mine: say("side_here"), theirs: say("side_window") };
    const sides = { base: desk.base.cues, mine: desk.cues, theirs };
    const cues = await together(sides, desk.room, names);
    if (cues) desk.deed(cues);
  }

  /** Sent on, returned or rejected by somebody: nothing can be changed here any more. */
  async wentOn() {
    const { status, data } = await this.server.ask("GET", "bench.json");
    if (status !== 200) return;
    if (!this.saver.done) this.saver.keep();
    const { rows: _rows, draft: _draft, draft_base: _base, findings: _findings, ...news } = data;
    notice(
      "went_on",
      say("went_on", { status: data.status_word }),
      [[say("load_again"), () => location.reload()]],
      "alert",
    );
    this.desk.learn({ ...news, may_edit: false });
  }

  /** Taken back or deleted: nothing of it stays here, on the screen or in the browser. @param {string} sentence */
  gone(sentence) {
    this.saver.forget();
    forgetAll(this.desk.state.appeal);
    for (const media of document.querySelectorAll("video")) {
      media.removeAttribute("src");
      media.load();
    }
    document.querySelector("#editor")?.remove();
    notice("gone", sentence, [], "alert");
  }
}

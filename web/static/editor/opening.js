// What this person typed before and did not save: a draft on the server, copies that a browser kept. Loaded where that
// is safe, offered where something else happened since.

import { say } from "../texts.js";
import { adopted, newId, sameTrack } from "./cues.js";
import { Keeper, copies, forget } from "./keep.js";
import { notice, settle } from "./notices.js";
import { renamed, returned } from "./rows.js";
import { together } from "./together.js";

/** @import { Cues } from "./cues.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Saver } from "./save.js" */
/** @import { Server } from "./server.js" */

/** @type {(desk: Desk, saver: Saver, server: Server) => void} */
export function reopen(desk, saver, server) {
  const { draft } = desk.state;
  const drop = () => server.ask("DELETE", "draft");
  if (draft && !desk.mayEdit)
    notice("draft", say("draft_late", { time: time(draft.at) }), [[say("copy"), () => copy(draft.rows)]]);
  else if (draft && draft.base === desk.state.revision) load(desk, saver, drop);
  else if (draft) setAside(desk, draft, drop);
  if (desk.mayEdit) for (const kept of copies(desk.state)) retrieve(desk, saver, kept);
}

/**
 * A draft of an older revision becomes a copy of this browser, which is offered below: the first key here would
 * overwrite the draft.
 * @type {(desk: Desk, draft: {at: string, base: number, rows: any[]}, drop: () => void) => void}
 */
function setAside(desk, draft, drop) {
  const kept = { ...draft, base_rows: desk.state.draft_base ?? [] };
  if (new Keeper(desk.state, newId()).write(kept)) drop();
  else offer(desk, { ...kept, name: "draft" }, drop);
}

/** The draft of the newest revision. @type {(desk: Desk, saver: Saver, drop: () => void) => void} */
function load(desk, saver, drop) {
  const { draft, rows } = desk.state;
  const cues = returned(draft.rows, rows, desk.room);
  if (sameTrack(cues, desk.cues)) return;
  saver.has(cues);
  desk.deed(cues);
  const back = () => {
    settle("draft");
    drop();
    saver.has(desk.base.cues);
    desk.deed(desk.base.cues);
  };
  notice("draft", say("draft_loaded", { time: time(draft.at) }), [
    [say("good"), () => settle("draft")],
    [say("draft_drop"), back],
  ]);
}

/** A copy of this browser. @type {(desk: Desk, saver: Saver, kept: import("./keep.js").Copy & {name: string}) => void} */
function retrieve(desk, saver, kept) {
  const cues = returned(kept.rows, desk.state.rows, desk.room);
  const fits = kept.base === desk.state.revision;
  if (fits && sameTrack(cues, desk.cues)) return forget(kept.name);
  const { draft } = desk.state;
  const goesOn = draft && kept.name.endsWith(` ${draft.tab}`) && kept.at > draft.at; // typed in that window after its draft
  if (!fits || !(goesOn || sameTrack(desk.cues, desk.base.cues))) return offer(desk, kept, () => forget(kept.name));
  desk.deed(cues);
  saver.keep();
  forget(kept.name);
  notice("kept", say("kept_loaded", { time: time(kept.at) }), [[say("good"), () => settle("kept")]]);
}

/** Of another revision, or beside a draft. @type {(desk: Desk, kept: import("./keep.js").Copy & {name: string}, drop: () => void) => void} */
function offer(desk, kept, drop) {
  const bring = async () => {
    const base = adopted(kept.base_rows, desk.room);
    const sides = renamed(base, returned(kept.rows, kept.base_rows, desk.room), desk.base.cues);
    const names = { mine: say("side_kept"), theirs: say("side_here") };
    const cues = await together({ base: sides.base, mine: sides.made, theirs: desk.cues }, desk.room, names);
    if (!cues) return;
    desk.deed(cues);
    settle(kept.name);
    drop();
  };
  const away = () => {
    settle(kept.name);
    drop();
  };
  notice(kept.name, say("kept_apart", { time: time(kept.at) }), [
    [say("bring_together"), bring],
    [say("throw_away"), away],
  ]);
}

/** @param {string} at */
const time = (at) =>
  new Intl.DateTimeFormat([document.documentElement.lang || "en", "ru"], {
    dateStyle: "short",
    timeStyle: "short",
  }).format(new Date(at));

/** @param {{text: string}[]} rows */
const copy = (rows) => navigator.clipboard.writeText(rows.map(({ text }) => text).join("\n\n"));

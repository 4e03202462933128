// Saving on purpose, sending to review, and all safe fixes at once: what asks before it is done.

import { say } from "../texts.js";
import { ask, element } from "./dialogs.js";
import { allMended } from "./mending.js";
import { notice, settle, tell } from "./notices.js";
import { differing } from "./row.js";
import { sent } from "./rows.js";
import { clock } from "./timing.js";

/** @import { Cue, Cues } from "./cues.js" */
/** @import { Desk } from "./desk.js" */
/** @import { List } from "./list.js" */
/** @import { Others } from "./others.js" */
/** @import { Saver } from "./save.js" */
/** @import { Server } from "./server.js" */
/** @typedef {{desk: Desk, saver: Saver, server: Server, list: List, others: Others, step: (action: string) => void}} Parts */

/** @type {(parts: Parts) => import("./actions.js").Actions} */
export function sending(parts) {
  return {
    save: () => save(parts, false),
    submit: () => submit(parts),
    fix_all: () => fixAll(parts),
  };
}

/** @type {(parts: Parts, submits: boolean) => Promise<void>} */
async function save(parts, submits) {
  const { desk, saver, others, list } = parts;
  if (!desk.mayEdit) return;
  settle("refused");
  const { status, data } = await saver.save(submits);
  if (status === 409) {
    if (data.status !== desk.state.status) return others.wentOn();
    if (!(await others.bring(data))) return;
    await save(parts, false); // what was brought together is looked at before it is sent
    if (submits && saver.done) notice("sent", say("not_sent_yet"));
  } else if (status === 422) {
    const place = sent(desk.cues, desk.base.cues).findIndex(({ id }) => id === data.problems[0].id);
    notice("refused", data.problems.map((/** @type {any} */ { sentence }) => sentence).join(" "), [], "alert");
    if (place >= 0) list.show(desk.cues[place].id);
  } else if (submits && (status === 200 || status === 201)) {
    notice("sent", say("sent"), [[say("to_queue"), () => location.assign(addresses().queue ?? "")]]);
  }
}

/** Where else one goes from here. @returns {DOMStringMap} */
const addresses = () => /** @type {HTMLElement} */ (document.querySelector("#editor")).dataset;

/** @param {Parts} parts */
async function submit(parts) {
  const { desk } = parts;
  if (!desk.mayEdit) return;
  const open = [...desk.found.values()].filter((all) => all.some(({ severity }) => severity !== "note")).length;
  if (!open) return save(parts, true);
  const answer = await ask(
    say("open_heading"),
    [element("p", say("problems_n", { n: open }))],
    [
      ["show", say("show_first")],
      ["send", say("send_all_same")],
      ["", say("close")],
    ],
  );
  if (answer === "send") await save(parts, true);
  if (answer === "show") parts.step("next_problem");
}

/** @param {Parts} parts */
async function fixAll({ desk, server }) {
  const before = desk.cues;
  const after = await allMended(server, before, desk.base.cues, desk.room);
  if (!after) return tell(say("no_answer"));
  if (after === before || desk.cues !== before) return tell(say(after === before ? "no_fix" : "changed_meanwhile"));
  desk.deed(after);
  const answer = await ask(
    say("fixed_heading"),
    [changes(before, after)],
    [
      ["", say("good")],
      ["undo", say("undo_all")],
    ],
  );
  if (answer === "undo") desk.step("undo");
}

/** What a cue was and is. @type {(before: Cues, after: Cues) => HTMLElement} */
function changes(before, after) {
  const old = new Map(before.map((cue) => [cue.id, cue]));
  const items = after.flatMap((cue, at) => {
    const was = old.get(cue.id);
    if (was === cue) return [];
    const times = !was || was.start !== cue.start || was.end !== cue.end;
    const text = element("span", differing(was?.text ?? "", cue.text), { lang: "ru", className: "text" });
    const when = times
      ? [element("span", ` ${was ? span(was) : ""} → ${span(cue)}`, { className: "hint digits" })]
      : [];
    return [element("li", [element("strong", say("cue_n", { n: at + 1 })), ...when, text])];
  });
  return element("ul", items, { className: "changes" });
}

/** @param {Cue} cue */
const span = ({ start, end }) => `${clock(start)}–${clock(end)}`;

// The subtitle editor: its parts are made here, and told of each other.

import { say } from "../texts.js";
import { placing, playing, shaping, wording } from "./actions.js";
import { sameTrack } from "./cues.js";
import { Desk } from "./desk.js";
import { findAndReplace } from "./finding.js";
import { help } from "./help.js";
import { Hold } from "./hold.js";
import { actionOf, shortcuts } from "./keys.js";
import { List } from "./list.js";
import { found } from "./mending.js";
import { notice, settle, tell } from "./notices.js";
import { reopen } from "./opening.js";
import { Others } from "./others.js";
import { picture } from "./picture.js";
import { Player, controls } from "./player.js";
import { Saver } from "./save.js";
import { sending } from "./sending.js";
import { Server } from "./server.js";
import { folding, left, tools } from "./tools.js";
import { Wave } from "./wave.js";

const CHECK = 1200; // ms without a change before the server looks again

const get = (/** @type {string} */ name) => /** @type {any} */ (document.querySelector(name));
const desk = new Desk(JSON.parse(get("#bench").textContent));
const table = shortcuts();
get("#editor").hidden = false; // without scripts it is a list to read

/** @type {import("./actions.js").Actions} */
const actions = {};
/** An action by its name; for a row and for others who cannot know it all. @type {(action: string, value?: any) => void} */
const does = (action, value) => actions[action]?.(value);

const server = new Server(heard, desk.state);
const saver = new Saver(desk, server, get("#saved"));
const others = new Others(desk, server, saver);
const player = new Player(get("#video"), desk.room.clip);
const list = new List(desk, player, get("#cues"), does);

Object.assign(
  actions,
  playing(desk, player, list),
  placing(desk, player),
  shaping(desk, player, list),
  wording(desk, list),
);
Object.assign(actions, sending({ desk, saver, server, list, others, step: does }), {
  find: () => findAndReplace(desk, list, false),
  replace: () => findAndReplace(desk, list, true),
  help: () => help(table),
  help_here: () => help(table),
  tick,
  typed: () => get("#pausing").checked && player.pause(),
  closer: () => wave?.zoom(1),
  wider: () => wave?.zoom(-1),
});

/** @type {Wave | undefined} */
let wave;

picture(desk, player, get("#picture"));
controls(player, get("#controls"));
tools(desk, get("#tools"));
folding(get("#tools"), get(".foot"));
left(desk, get("#editor"));
reopen(desk, saver, server);
if (desk.state.returned) notice("returned", say("returned_by", desk.state.returned));
checkWhenStill();
if (desk.state.clip.peaks) drawWave(desk.state.clip.peaks);
else get(".sound").remove();
new Hold(desk, server, (news) => others.heard(news));

addEventListener("keydown", (event) => {
  const target = /** @type {Element} */ (event.target);
  const found = actionOf(event, target.matches("textarea, input:not([type=checkbox], [type=range])"), table);
  if (!found || get("dialog") || (found.where !== "anywhere" && !fits(found, target))) return;
  if (found.action === "line_break") return; // the box does it
  event.preventDefault();
  does(found.action);
});
document.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("button[data-action]");
  if (button instanceof HTMLElement && button.dataset.action) does(button.dataset.action);
});
document.documentElement.dataset.ready = "";

/**
 * Whether a key that is a letter elsewhere means its action here. Without a keyboard Enter is the only way to a new line.
 * @type {(shortcut: import("./shortcuts.js").Shortcut, target: Element) => boolean}
 */
function fits({ where }, target) {
  if (where === "text") return target.matches("#cues textarea") && !matchMedia("(pointer: coarse)").matches;
  return !target.closest("button, summary, select, input, a, textarea");
}

/** @param {import("./server.js").Answer} answer */
function heard({ status, data }) {
  if (status === 401) notice("signed_out", signedOut(data), [[say("sign_in"), get("#editor").dataset.signIn]], "alert");
  else if (status >= 200 && status < 300) settle("signed_out");
  if (status === 410) others.gone(data?.error ?? "");
  if (status === 404) lookAgain();
}

let looking = false;

/** A note that is not there any more, or all of it: rejected, or to be screened anew, it is not for translators. */
async function lookAgain() {
  if (looking) return;
  looking = true;
  const { status, data } = await server.ask("GET", "bench.json");
  looking = false;
  if (status === 404) others.gone(data?.error ?? "");
}

/** @param {any} data */
const signedOut = (data) => (data?.me ? say("somebody_else", { name: data.me, me: desk.state.me }) : say("signed_out"));

/** The server's list of what is wrong, when nobody has changed anything for a moment. */
function checkWhenStill() {
  let looked = desk.state.draft ? undefined : desk.cues;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const look = async () => {
    const { cues, base } = desk;
    looked = cues;
    const findings = await found(server, cues, base.cues);
    if (findings) desk.judged(findings, cues);
  };
  const later = () => {
    clearTimeout(timer);
    if (desk.mayEdit && desk.cues !== looked) timer = setTimeout(look, CHECK);
  };
  desk.on("change", later);
  if (!sameTrack(desk.cues, desk.base.cues)) later();
}

/** @param {import("./desk.js").Note} note */
async function tick({ id, done }) {
  const { status } = await server.ask("POST", `notes/${id}/done`, { done: !done });
  if (status !== 200) return tell(say("no_answer"));
  desk.learn({
    notes: desk.state.notes.map((/** @type {any} */ one) => (one.id === id ? { ...one, done: !done } : one)),
  });
}

/** @param {string} address of the peaks */
async function drawWave(address) {
  const peaks = await fetch(address)
    .then((answer) => answer.json())
    .catch(() => null);
  const root = get("#wave");
  if (!peaks) return root.closest("section").remove();
  wave = new Wave(desk, player, root, peaks, (from, until) => does("draw", { from, until }));
}

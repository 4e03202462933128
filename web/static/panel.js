// The panel that takes the place of the "send" button: what is going on, how far it is, and what can be done about it.

import { pace } from "./pace.js";
import { bytes, percent, roughly, say } from "./texts.js";

const SPOKEN_STEPS = 4; // a screen reader says every fourth part, and not every percent
const part = (name) => document.querySelector(`#sending-${name}`);
const panel = document.querySelector("#sending");
const button = document.querySelector("#send-button");
let measure = pace();
let spoken = 0;

/** Call what[name] when the button of that name is pressed. */
export function obey(what) {
  panel.addEventListener("click", (event) => what[event.target.closest("button")?.dataset.does]?.());
}

/** Show a state: its sentence, a line more where there is one, and its buttons. */
export function show(state, why = "") {
  const now = say(state);
  const focused = document.activeElement;
  if (panel.dataset.state !== state) part("said").textContent = `${now} ${why}`;
  panel.dataset.state = state;
  part("now").textContent = now;
  part("why").textContent = why;
  for (const each of panel.querySelectorAll("[data-when]")) {
    each.hidden = !each.dataset.when.split(" ").includes(state);
  }
  panel.hidden = false;
  if (focused.hidden && panel.contains(focused)) {
    (panel.querySelector("button:not([hidden])") ?? panel).focus();
  }
}

/** The panel instead of the button, or the button again. */
export function busy(on) {
  button.hidden = on;
  panel.hidden = !on;
  document.querySelector("#record")?.toggleAttribute("disabled", on);
  if (!on) return;
  [measure, spoken] = [pace(), 0];
  panel.focus({ preventScroll: true });
  panel.scrollIntoView({ block: "center" });
}

/** How far it is. 100 % is shown when the server has said so, and not before. */
export function moved(sent, size) {
  const speed = measure(sent, performance.now());
  const share = Math.min(sent / size, 0.99);
  figures(share, sent, size, speed > 0 ? roughly((size - sent) / speed) : "");
  if (Math.floor(share * SPOKEN_STEPS) > spoken) {
    spoken = Math.floor(share * SPOKEN_STEPS);
    part("said").textContent = part("figures").textContent;
  }
}

/** How far it is while nothing moves. */
export function stands(sent, size) {
  measure = pace();
  figures(sent / size, sent, size, "");
}

function figures(share, sent, size, left) {
  const values = { percent: percent(share), sent: bytes(sent), size: bytes(size), left };
  part("bar").value = share;
  part("figures").textContent = say(left ? "figures_left" : "figures", values);
}

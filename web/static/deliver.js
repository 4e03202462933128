// Bringing one file to the server, whatever the line does and whatever she asks for meanwhile.

import { stillThere } from "./checks.js";
import { arrived, carry, create, Gone, Refused, rest } from "./line.js";
import * as panel from "./panel.js";
import { remember, remembered } from "./resume.js";
import { roughly, say } from "./texts.js";

const PAUSES = [1, 3, 8, 15, 30]; // seconds before the next try; the last one stays
const OFFER_PLAIN = 3; // failures in a row until the plain form is offered: something between us may not know PATCH

/** She does not want to send it any more. */
export class Cancelled extends Error {}

let stop = new AbortController();
let wish = "";
let granted; // ends a pause

function ask(what) {
  wish = what;
  stop.abort(new Cancelled());
  granted?.();
}

export const pause = () => ask("pause");
export const resume = () => ask("");
export const cancel = () => ask("cancel");

/** Gives the address of the upload when the server has all of it. Throws BadFile, Refused or Cancelled. */
export async function deliver(file, print, files) {
  wish = "";
  for (let failures = 0; ; ) {
    if (wish === "cancel") throw new Cancelled();
    if (wish === "pause") await paused(file.size);
    stop = new AbortController();
    const before = arrivedSoFar();
    try {
      return await attempt(file, files, stop.signal, failures > 1 && !before);
    } catch (error) {
      failures = arrivedSoFar() > before ? 1 : failures + 1;
      if (!wish) await recover(error, failures, file, print);
    }
  }
}

const arrivedSoFar = () => remembered().sent ?? 0;

function paused(size) {
  panel.show("paused");
  panel.stands(arrivedSoFar(), size);
  return new Promise((done) => (granted = done));
}

async function attempt(file, files, signal, detour) {
  panel.show("starting");
  const known = remembered().address;
  const proving = () => panel.show("proving");
  const address = known ?? (await create(files, file.size, { signal, proving }));
  remember({ address, sent: known ? await arrived(address, signal) : 0 });
  const moved = (sent) => {
    panel.show("sending");
    panel.moved(sent, file.size);
  };
  const accepted = (sent) => remember({ sent });
  await carry(file, address, { signal, detour, moved, accepted });
  return address;
}

/** After something went wrong: start again, wait, or throw what waiting cannot mend. */
async function recover(error, failures, file, print) {
  if (error instanceof Gone) {
    remember({ address: undefined, sent: 0 });
    if (failures === 1) return;
  }
  if (error instanceof Refused && Number.isNaN(error.wait)) throw error;
  panel.stands(arrivedSoFar(), file.size); // what was under way has not arrived
  await stillThere(file, print);
  await waited(error, failures, stateOf(error, failures), stop.signal);
}

/** Wait before the next try, and say so. */
export async function waited(error, failures, state, signal = new AbortController().signal) {
  const seconds = error.wait ?? PAUSES[Math.min(failures, PAUSES.length) - 1];
  const words = error instanceof Refused ? error.message : "";
  await rest(seconds, signal, (left) => panel.show(state, `${words} ${say("next_try", { wait: roughly(left) })}`));
}

function stateOf(error, failures) {
  if (error instanceof Refused) return "refused";
  if (!navigator.onLine) return "offline";
  return failures < OFFER_PLAIN || arrivedSoFar() ? "waiting" : "stuck";
}

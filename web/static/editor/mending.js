// Safe fixes: of one cue, or of all until the server has none left, with a list of what changed.

import { newId, orderly, placeOf, put, spliced } from "./cues.js";
import { sent } from "./rows.js";

/** @import { Cue, Cues, Room } from "./cues.js" */
/** @import { Server } from "./server.js" */

const ROUNDS = 6; // a fix may lay open another; two never go round in circles for long

/** A cue as its fix has it. @type {(cues: Cues, id: string, fix: {start: number, end: number, text: string}[], room: Room) => Cues} */
export function mended(cues, id, fix, room) {
  const at = placeOf(cues, id);
  if (at < 0) return cues;
  const { saved, ...rest } = cues[at];
  const made = fix.map(({ start, end, text }, part) =>
    part ? Object.freeze({ ...rest, offers: [], id: newId(), start, end, text }) : put(cues[at], { start, end, text }),
  );
  return orderly(spliced(cues, at, 1, ...made), room);
}

/** Of a cue's fixes the one into several cues, else what each of them changes. @param {Cue} cue @param {any[]} findings */
export function fixOf(cue, findings) {
  const parted = findings.find(({ fix }) => fix.length > 1);
  if (parted) return parted.fix;
  const whole = { start: cue.start, end: cue.end, text: cue.text };
  for (const { fix } of findings)
    for (const name of /** @type {const} */ (["start", "end", "text"]))
      if (fix[0][name] !== cue[name]) whole[name] = /** @type {never} */ (fix[0][name]);
  return [whole];
}

/** What the server finds in these cues now, by our names; null where it does not answer. @type {(server: Server, cues: Cues, base: Cues) => Promise<any[] | null>} */
export async function found(server, cues, base) {
  const rows = sent(cues, base);
  const { status, data } = await server.ask("POST", "check", { rows });
  if (status !== 200) return null;
  const names = new Map(rows.map(({ id }, at) => [id, cues[at].id]));
  return data.findings.map((/** @type {any} */ finding) => ({ ...finding, id: names.get(finding.id) ?? "" }));
}

/** All that the server can mend; null where it does not answer. @type {(server: Server, cues: Cues, base: Cues, room: Room) => Promise<Cues | null>} */
export async function allMended(server, cues, base, room) {
  let now = cues;
  for (let round = 0; round < ROUNDS; round++) {
    const findings = await found(server, now, base);
    if (!findings) return null;
    const next = once(now, findings, room);
    if (next === now) break;
    now = next;
  }
  return now;
}

/** @type {(cues: Cues, findings: any[], room: Room) => Cues} */
function once(cues, findings, room) {
  /** @type {Map<string, any[]>} */
  const fixes = new Map();
  for (const finding of findings) {
    const { id } = finding;
    if (finding.fix && placeOf(cues, id) >= 0) fixes.set(id, [...(fixes.get(id) ?? []), finding]);
  }
  let made = cues;
  for (const [id, all] of fixes) {
    const cue = cues[placeOf(cues, id)];
    made = mended(made, id, fixOf(cue, all), room);
  }
  return made;
}

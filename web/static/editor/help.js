// Every action and its keys, in a dialog.

import { say } from "../texts.js";
import { ask, element } from "./dialogs.js";
import { caps } from "./keys.js";

/** @param {readonly import("./shortcuts.js").Shortcut[]} table */
export function help(table) {
  const rows = table.map(({ action, keys, where }) => {
    const shown = keys.flatMap((each, at) => [...(at ? [" / "] : []), ...pressed(each)]);
    const place = where === "anywhere" ? [] : [element("span", ` ${say(`where_${where}`)}`, { className: "hint" })];
    return element("tr", [
      element("th", [say(`key_${action}`), ...place], { scope: "row" }),
      element("td", shown.map(node)),
    ]);
  });
  const list = element("table", [element("tbody", rows)], { className: "keys" });
  return ask(say("help_heading"), [list], [["", say("close")]]);
}

/** @param {string} keys */
const pressed = (keys) => caps(keys).flatMap((cap, at) => [...(at ? ["+"] : []), element("kbd", cap)]);

/** @param {Node | string} part */
const node = (part) => (typeof part === "string" ? document.createTextNode(part) : part);

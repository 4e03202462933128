// The Russian cues on the picture, where and how large they will be burned in.

import { cueAt } from "./timing.js";

/** libass counts a font from its highest to its lowest letter; a browser by the em, which in Noto Sans is so much less. */
const EM = 1 / 1.362;

/** @type {(desk: import("./desk.js").Desk, player: import("./player.js").Player, root: HTMLElement) => void} */
export function picture(desk, player, root) {
  const { style, clip } = desk.state;
  const text = /** @type {HTMLElement} */ (root.querySelector(".caption span"));
  root.style.setProperty("--ratio", String(clip.width / clip.height));
  root.style.setProperty("--size", `${style.font * EM * 100}cqh`);
  root.style.setProperty("--line", `${style.font * 100}cqh`);
  for (const side of ["left", "right", "top", "bottom"]) root.style.setProperty(`--${side}`, `${style[side] * 100}%`);
  root.dataset.kind = style.kind;
  const show = () => {
    const now = desk.cues[cueAt(desk.cues, player.ms)]?.text.trim() ?? "";
    if (text.textContent !== now) text.textContent = now;
  };
  desk.on("change", show);
  player.onTime(show);
  player.video.addEventListener("click", () => player.toggle());
  show();
}

// A phone that goes to sleep stops sending. Where the browser lets us, the screen stays on for as long as it takes.

let wanted = false;
let lock;

async function ask() {
  if (!wanted || document.hidden) return;
  lock = await navigator.wakeLock?.request("screen").catch(() => undefined); // saving power, or not allowed
}

/** Keep the screen on, or not any more. */
export function awake(on) {
  wanted = on;
  if (on) ask();
  else lock?.release();
}

document.addEventListener("visibilitychange", ask); // the browser lets go of it when the page is hidden

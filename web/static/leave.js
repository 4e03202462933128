// Out of here at once: a click on the link, or Escape twice. What this tab kept is forgotten, and "back" does not
// lead to this page again. Other scripts hear "leave" before, to let go of camera and upload.

const TWICE_MS = 1500;
const link = document.querySelector("#leave");

function leave() {
  dispatchEvent(new Event("leave"));
  try {
    sessionStorage.clear();
  } catch {
    // a browser that keeps nothing has nothing to forget
  }
  document.body.hidden = true; // nothing to be seen while the other page comes over a slow line
  location.replace(link.href);
}

if (link) {
  let before = -TWICE_MS;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    if (event.timeStamp - before < TWICE_MS) leave();
    before = event.timeStamp;
  });
}

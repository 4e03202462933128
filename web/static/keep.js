// The receipt: take the code along. And nothing of the sending stays behind in this tab.

import { forget } from "./resume.js";
import { say } from "./texts.js";

const keep = document.querySelector("#keep");
const code = document.querySelector("p.digits").textContent.trim();
const tell = (key) => (keep.querySelector("[role=status]").textContent = say(key));

async function copy() {
  const copied = await navigator.clipboard?.writeText(code).then(
    () => true,
    () => false,
  );
  tell(copied ? "copied" : "not_copied");
}

/** A picture of the code under a name that says nothing. */
function draw() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1080, height: 540 });
  const paint = canvas.getContext("2d");
  paint.fillStyle = "#fff";
  paint.fillRect(0, 0, canvas.width, canvas.height);
  Object.assign(paint, { fillStyle: "#1e1b24", textAlign: "center", font: "700 84px monospace" });
  paint.fillText(code, canvas.width / 2, canvas.height / 2 + 30, canvas.width - 80);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

async function save() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await draw());
  link.download = keep.dataset.file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  tell("saved");
}

const does = { copy, save, print: () => print() };
keep.addEventListener("click", (event) => does[event.target.closest("button")?.dataset.does]?.());
keep.classList.remove("waits");
forget();

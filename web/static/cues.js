// The cue table, alive: reading speed, seeking, the text on the picture, a warning before unsaved text is lost.
// Everything else is the form's own work, and it works without this file.

const table = document.querySelector("#table");
const video = document.querySelector("#video");

/** Milliseconds in "1:02.500", "62.5" or "62,5"; NaN when it is not a time. The server reads the same way. */
export function readTime(text) {
  const found = /^(?:([0-9]{1,3}):)?([0-9]{1,5})(?:[.,]([0-9]{1,3}))?$/.exec(text.trim());
  if (!found || (found[1] && Number(found[2]) > 59)) return NaN;
  return (Number(found[1] ?? 0) * 60 + Number(found[2])) * 1000 + Number((found[3] ?? "").padEnd(3, "0"));
}

/** Characters per second; the line break is not read. */
export function readingSpeed(start, end, text) {
  return ([...text.trim().replaceAll("\n", "")].length * 1000) / Math.max(end - start, 1);
}

/** Text that is shown as it stands, markup or not. */
const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const rows = () =>
  [...table.querySelectorAll(".cue")].map((item) => {
    const field = (name) => item.querySelector(`[name=${name}]`);
    return {
      item,
      start: readTime(field("start").value),
      end: readTime(field("end").value),
      text: field("text").value,
      dropped: field("drop")?.checked ?? false,
    };
  });

function showSpeed({ item, start, end, text }) {
  const speed = end > start && text.trim() ? readingSpeed(start, end, text) : NaN;
  const output = item.querySelector(".cps");
  output.textContent = Number.isNaN(speed) ? "" : speed.toFixed(1);
  const { fast, tooFast } = table.dataset;
  output.className = `cps ${speed > Number(tooFast) ? "bad" : speed > Number(fast) ? "warn" : ""}`;
}

/** Replace the saved track by one made of what is typed. */
function livePreview() {
  const track = video.addTextTrack("subtitles", "Русский", "ru");
  for (const other of video.textTracks) other.mode = other === track ? "showing" : "disabled";
  return (all) => {
    for (const cue of [...(track.cues ?? [])]) track.removeCue(cue);
    for (const { start, end, text, dropped } of all) {
      if (end > start && text.trim() && !dropped) track.addCue(new VTTCue(start / 1000, end / 1000, plain(text)));
    }
  };
}

function markPlaying() {
  const at = video.currentTime * 1000;
  for (const { item, start, end } of rows()) item.classList.toggle("playing", start <= at && at < end);
}

function play(item) {
  const { start } = rows().find((row) => row.item === item);
  if (!Number.isNaN(start)) video.currentTime = start / 1000;
  video.play();
}

/** Put an offered text into its cue; without this file the button saves the table with it. */
function take(button) {
  const field = button.closest(".cue").querySelector("[name=text]");
  field.value = button.dataset.text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

function enliven() {
  const editable = table.querySelector("button:not([type=button])") !== null;
  const hasTrack = video?.querySelector("track");
  const preview = hasTrack ? livePreview() : () => {};
  let unsaved = "unsaved" in table.dataset;

  const look = () => {
    const all = rows();
    all.forEach(showSpeed);
    preview(all);
  };
  table.addEventListener("input", () => {
    unsaved = editable;
    document.querySelector("#unsaved").hidden = !unsaved;
    look();
  });
  table.addEventListener("submit", () => (unsaved = false));
  table.addEventListener("click", (event) => {
    if (!event.target.matches(".take")) return;
    event.preventDefault();
    take(event.target);
  });
  addEventListener("beforeunload", (event) => unsaved && event.preventDefault());
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s" && editable) {
      event.preventDefault();
      table.requestSubmit();
    }
  });
  if (video) {
    table.addEventListener("click", (event) => {
      if (event.target.matches(".number")) play(event.target.closest(".cue"));
    });
    video.addEventListener("timeupdate", markPlaying);
  }
  look();
}

if (table) enliven();

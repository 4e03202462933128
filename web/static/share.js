// On a phone: a video goes straight to the sheet of apps. Elsewhere, and without this script, links save it.

/** The file behind the address, with how much of it is here. Throws where it does not come whole. */
async function load(address, name, tell) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(answer.status);
  const whole = Number(answer.headers.get("Content-Length"));
  const parts = [];
  let count = 0;
  for (const reader = answer.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    count += value.length;
    tell(`${Math.round((100 * count) / whole)} %`);
  }
  if (count !== whole) throw new Error("it broke off");
  return new File(parts, name, { type: answer.headers.get("Content-Type").split(";")[0] });
}

const could = (type) => navigator.canShare?.({ files: [new File(["x"], "x.mp4", { type })] });

if (could("video/mp4")) {
  for (const button of document.querySelectorAll("[data-share]")) {
    const { share: address, name, again } = button.dataset;
    const word = button.firstChild;
    const first = word.textContent;
    let file;
    if (!name.endsWith(".mp4")) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        if (!file) {
          button.disabled = true;
          file = await load(address, name, (share) => (word.textContent = share));
          button.disabled = false;
        }
        word.textContent = again; // a long load uses the click up: then the next one shares
        await navigator.share({ files: [file] });
        word.textContent = first;
      } catch (error) {
        button.disabled = false;
        if (error.name === "NotAllowedError") return;
        word.textContent = first;
        if (error.name !== "AbortError") location.assign(address); // then by the link
      }
    });
  }
}

// What a reload or a discarded tab must not lose, kept in this tab alone and only until the video is sent,
// given up, or the page is left in a hurry.

const KEY = "unsent";

/** Keep what is given beside what is kept already. */
export function remember(more) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ ...remembered(), ...more }));
  } catch {
    // a browser that keeps nothing: then a reload begins again
  }
}

/** What is kept: address, print, size of an upload and the fields of the form; empty when nothing is. */
export function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

/** Keep nothing. */
export function forget() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // nothing was kept
  }
}

/** What stands in a form, but for its file and the upload. */
export function fields(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "upload");
}

/** Put it back as it stood. */
export function refill(form, kept) {
  for (const control of form.elements) {
    if (!control.name || control.type === "file" || control.name === "upload") continue;
    const values = kept.filter(([name]) => name === control.name).map(([, value]) => value);
    if (/^(checkbox|radio)$/.test(control.type)) control.checked = values.includes(control.value);
    else if (values.length) control.value = values[0];
  }
}

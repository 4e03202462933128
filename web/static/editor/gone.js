// On the page that says that an appeal is gone: nothing of it stays in this browser either.

import { forgetAll } from "./keep.js";

const gone = /** @type {HTMLElement | null} */ (document.querySelector("[data-gone]"));
if (gone) forgetAll(Number(gone.dataset.gone));

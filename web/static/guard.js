// What would be lost if this page went away now. While there is something, the browser asks before it goes.

const atStake = new Set();

/** Name something that would be lost. */
export const hold = (what) => atStake.add(what);

/** It is safe, or given up. */
export const release = (what) => atStake.delete(what);

addEventListener("beforeunload", (event) => atStake.size && event.preventDefault());
addEventListener("leave", () => atStake.clear());

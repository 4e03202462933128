// How fast it goes and how long it will take.

const WINDOW_MS = 20_000; // a line that changes is believed after this long
const SETTLED_MS = 3000; // before that, a forecast is a guess

/** A function of (bytes, now in ms) that gives bytes a second, NaN while there is too little to go by. */
export function pace() {
  let seen = [];
  return (bytes, now) => {
    if (seen.length && bytes < seen.at(-1).bytes) seen = []; // the line broke, and part of it did not arrive
    seen.push({ bytes, now });
    while (seen.length > 2 && now - seen[0].now > WINDOW_MS) seen.shift();
    const took = now - seen[0].now;
    return took < SETTLED_MS ? NaN : ((bytes - seen[0].bytes) / took) * 1000;
  };
}

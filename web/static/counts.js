// The counts of a list that stays open are brought up to date. Without this the page shows those of its loading.

const EVERY = 20_000; // ms

const address = document.querySelector("[data-counts]").dataset.counts;

async function look() {
  if (document.hidden) return;
  const answer = await fetch(address, { headers: { Accept: "application/json" }, redirect: "error" });
  if (!answer.ok) return;
  const { tabs, free } = await answer.json();
  for (const place of document.querySelectorAll("[data-count]")) {
    const count = place.dataset.count === "free" ? free : (tabs[place.dataset.count] ?? 0);
    if (place.textContent !== String(count)) place.textContent = count;
  }
}

const quietly = () => look().catch(() => {}); // no line: the next look will do
setInterval(quietly, EVERY);
document.addEventListener("visibilitychange", quietly);

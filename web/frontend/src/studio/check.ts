// A run of the gate: the part of the page that tells how far it is, asked for again while it works.
const EVERY = 1500;

async function refresh(): Promise<void> {
  const shown = document.getElementById("progress");
  if (shown === null) return;
  try {
    const answer = await fetch(location.pathname + location.search, { headers: { accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("progress");
    if (fresh !== null && answer.ok) {
      if (fresh.innerHTML !== shown.innerHTML) shown.replaceWith(fresh);
      if (!["waiting", "running", "switching"].includes(fresh.dataset.state ?? "")) return;
    }
  } catch {
    // The page is asked for again.
  }
  setTimeout(() => void refresh(), EVERY);
}

setTimeout(() => void refresh(), EVERY);

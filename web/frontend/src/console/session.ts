// Work at the keyboard keeps the screen open; before it locks for want of work, the page says so. The stream tells when it has.

const TELL_EVERY_MS = 4 * 60_000;

export function watchSession(): void {
  const warning = document.querySelector<HTMLElement>("[data-idle]");
  const form = warning?.querySelector("form");
  if (!warning || !form) return;
  const warnAfter = Number(warning.dataset["idle"]) * 1000;
  let worked = Date.now();
  let told = Date.now();
  const tell = async (): Promise<void> => {
    told = Date.now();
    warning.hidden = true;
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form) as never) });
    if (answer.redirected) location.reload();
  };
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => (worked = Date.now()), true);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void tell();
  });
  window.setInterval(() => {
    if (worked > told && Date.now() - told > TELL_EVERY_MS) void tell();
    warning.hidden = Date.now() - Math.max(worked, told) < warnAfter;
  }, 10_000);
}

// Tells the others that this thread is open here, and whether something is being written; silence means gone.

const TELL_EVERY_MS = 7000;
const WRITES_FOR_MS = 6000;

export function tellPresence(): void {
  let wroteAt = 0;
  let told = "";
  const place = (): HTMLElement | null => document.querySelector<HTMLElement>("[data-presence]");
  const tell = (doing: "viewing" | "writing" | ""): void => {
    const form = document.querySelector<HTMLInputElement>("input[name=csrf]");
    const address = place()?.dataset["presence"];
    if (!address || !form) return;
    told = doing;
    const body = new URLSearchParams({ csrf: form.value });
    if (doing) body.set("doing", doing);
    void fetch(address, { method: "POST", body, keepalive: true }).catch(() => undefined);
  };
  const now = (): "viewing" | "writing" => (Date.now() - wroteAt < WRITES_FOR_MS ? "writing" : "viewing");
  document.addEventListener("input", (event) => {
    if (!(event.target instanceof HTMLTextAreaElement)) return;
    wroteAt = Date.now();
    if (told !== "writing") tell("writing");
  });
  window.setInterval(() => {
    if (document.visibilityState === "visible") tell(now());
    // Who went away without a word is gone from here too.
    place()?.dispatchEvent(new CustomEvent("refresh"));
  }, TELL_EVERY_MS);
  document.addEventListener("htmx:after:swap", () => {
    if (told === "") tell("viewing");
  });
  window.addEventListener("pagehide", () => tell(""));
  tell("viewing");
}

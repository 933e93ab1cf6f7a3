// A conversation is offered: a sound where that is switched on, and a notification of the desktop where it was allowed. Neither names anybody.
import { beep } from "./alerts";
import { setting } from "./settings";

export function watchOffers(): void {
  let known = new Set<string>();
  const look = (): void => {
    const offers = [...document.querySelectorAll<HTMLElement>("[data-offer]")];
    const fresh = offers.filter((one) => !known.has(one.id));
    known = new Set(offers.map((one) => one.id));
    const first = fresh[0];
    if (!first) return;
    if (setting("sound").isOn()) beep();
    if (setting("desktop").isOn() && document.visibilityState === "hidden" && Notification.permission === "granted") {
      const told = new Notification(first.dataset["told"] ?? "", { tag: "poradnia-offer" });
      told.addEventListener("click", () => window.focus());
    }
  };
  document.addEventListener("htmx:after:swap", look);
  const box = document.querySelector<HTMLInputElement>('[data-setting="desktop"]');
  box?.addEventListener("change", async () => {
    if (!box.checked || !("Notification" in window)) return;
    if ((await Notification.requestPermission()) !== "granted") box.click();
  });
}

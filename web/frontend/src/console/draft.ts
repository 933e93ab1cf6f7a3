// A suggested reply goes into the composer when its button is pressed, and no further: sending stays the agent's own act.
import { write } from "./composer";

export function offerDrafts(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-draft]") : null;
    const area = document.querySelector<HTMLTextAreaElement>("#reply-text");
    if (!button || !area || !write("reply")) return;
    const text = button.dataset["draft"] ?? "";
    area.value = area.value.trim() ? `${area.value.trimEnd()}\n${text}` : text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

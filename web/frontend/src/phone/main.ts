// The simulated phone: sends with Enter, counts what it will cost, shows the newest message.
import "htmx.org";
import { startLive } from "../shared/live";
import { measure } from "../shared/segments";

const form = document.querySelector<HTMLFormElement>("[data-sms-form]");
const area = form?.querySelector("textarea");
const picker = form?.querySelector<HTMLInputElement>("input[type=file]");
const count = form?.querySelector<HTMLElement>("[data-count]");
const list = document.querySelector<HTMLElement>("#sms-list");

function tellSize(): void {
  if (!area || !count) return;
  const file = picker?.files?.[0];
  const size = measure(area.value.trim());
  const text = area.value.trim() ? `${size.encoding} · ${size.units}/${size.limit} · ${size.count} SMS` : "";
  count.textContent = [file?.name ?? "", text].filter(Boolean).join(" · ");
}

function toEnd(): void {
  if (list) list.scrollTop = list.scrollHeight;
}

area?.addEventListener("input", tellSize);
picker?.addEventListener("change", tellSize);
document.querySelector("[data-clip]")?.addEventListener("click", () => picker?.click());
area?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form?.requestSubmit();
  }
});
document.addEventListener("sms-sent", () => {
  form?.reset();
  tellSize();
  area?.focus();
});
document.addEventListener("htmx:after:swap", () => requestAnimationFrame(toEnd));
for (const choice of document.querySelectorAll<HTMLInputElement>("[data-fault] input[type=radio]")) {
  choice.addEventListener("change", () => choice.form?.requestSubmit());
}
toEnd();
startLive(document.body.dataset["stream"] ?? "");

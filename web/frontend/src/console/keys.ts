// Single letters, only while no field has the focus and no modifier is held, so that ą ć ę ł ń ó ś ź ż stay letters.
import { write } from "./composer";
import { setting } from "./settings";

const ACTS: Record<string, string> = { a: "accept", b: "hand-back", e: "close" };

export function listenToKeys(): void {
  const help = document.querySelector<HTMLDialogElement>("[data-help]");
  document.querySelector("[data-help-open]")?.addEventListener("click", () => help?.showModal());
  document.addEventListener("keydown", (event) => {
    const inField = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable], dialog");
    const isModified = event.altKey || event.ctrlKey || event.metaKey || event.getModifierState("AltGraph");
    if (event.key === "Escape" && event.target instanceof HTMLTextAreaElement) {
      document.querySelector<HTMLElement>("#thread-title")?.focus();
      return;
    }
    if (inField || isModified || !setting("keys").isOn()) return;
    if (act(event.key, help)) event.preventDefault();
  });
}

function act(key: string, help: HTMLDialogElement | null): boolean {
  if (key === "j" || key === "k") return step(key === "j" ? 1 : -1);
  if (key === "r") return write("reply");
  if (key === "n") return write("note");
  if (key === "/") return find();
  if (key === "?") {
    help?.showModal();
    return true;
  }
  const button = document.querySelector<HTMLButtonElement>(`[data-act="${ACTS[key] ?? ""}"]`);
  button?.click();
  return button !== null;
}

// The box, where there is one to see; else the page that has it.
function find(): boolean {
  const boxes = [...document.querySelectorAll<HTMLInputElement>("[data-find]")];
  const box = boxes.find((one) => one.offsetParent !== null);
  const link = document.querySelector<HTMLAnchorElement>("[data-find-page]");
  box?.focus();
  box?.select();
  if (!box) link?.click();
  return box !== undefined || link !== null;
}

function step(by: number): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")].filter((row) => row.offsetParent !== null);
  if (rows.length === 0) return false;
  const focused = rows.findIndex((row) => row === document.activeElement);
  const here = focused >= 0 ? focused : rows.findIndex((row) => row.hasAttribute("aria-current"));
  rows[Math.min(rows.length - 1, Math.max(0, here + by))]?.focus();
  return true;
}

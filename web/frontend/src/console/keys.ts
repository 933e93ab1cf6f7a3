// Single letters, only while no field has the focus and no modifier is held, so that ą ć ę ł ń ó ś ź ż stay letters. Each can be changed.
import { write } from "./composer";
import { setting } from "./settings";

type Act = () => boolean;

const AT_FIRST: Record<string, string> = {
  next: "j", previous: "k", accept: "a", decline: "d", reply: "r", note: "n", "pass-on": "t", snooze: "s", "hand-back": "b", close: "e",
  find: "/", help: "?",
};
const KEPT = "poradnia key ";
/** Printable, one sign, and on every keyboard without AltGr. */
const ALLOWED = /^[a-z0-9/?.,;=-]$/;

const help = (): HTMLDialogElement | null => document.querySelector<HTMLDialogElement>("[data-help]");
const keyOf = (name: string): string => localStorage.getItem(KEPT + name) ?? AT_FIRST[name] ?? "";

const ACTS: Record<string, Act> = {
  next: () => step(1),
  previous: () => step(-1),
  reply: () => write("reply"),
  note: () => write("note"),
  find,
  help: () => {
    help()?.showModal();
    return true;
  },
};

export function listenToKeys(): void {
  document.querySelector("[data-help-open]")?.addEventListener("click", () => help()?.showModal());
  for (const field of document.querySelectorAll<HTMLInputElement>("[data-key]")) editable(field);
  document.addEventListener("keydown", (event) => {
    const inField = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable], dialog");
    const isModified = event.altKey || event.ctrlKey || event.metaKey || event.getModifierState("AltGraph");
    if (event.key === "Escape" && event.target instanceof HTMLTextAreaElement) {
      document.querySelector<HTMLElement>("#thread-title")?.focus();
      return;
    }
    if (inField || isModified || !setting("keys").isOn()) return;
    const name = Object.keys(AT_FIRST).find((one) => keyOf(one) === event.key);
    if (name && act(name)) event.preventDefault();
  });
}

export function act(name: string): boolean {
  const known = ACTS[name];
  if (known) return known();
  const button = document.querySelector<HTMLButtonElement>(`[data-act="${name}"]`);
  button?.click();
  return button !== null;
}

/** A key of one's own; one that is taken, or not on every keyboard, is refused in words, and the old one stays. */
function editable(field: HTMLInputElement): void {
  const name = field.dataset["key"] ?? "";
  field.value = keyOf(name);
  field.addEventListener("focus", () => field.select());
  field.addEventListener("input", () => {
    const wanted = field.value.toLowerCase();
    const told = document.querySelector<HTMLElement>("[data-keys-told]");
    const other = Object.keys(AT_FIRST).find((one) => one !== name && keyOf(one) === wanted);
    const isGood = ALLOWED.test(wanted) && !other;
    if (told) told.textContent = isGood || wanted === "" ? "" : ((other ? told.dataset["taken"] : told.dataset["wrong"]) ?? "");
    if (isGood) localStorage.setItem(KEPT + name, wanted);
    if (isGood || wanted !== "") {
      field.value = keyOf(name);
      field.select();
    }
  });
  field.addEventListener("blur", () => (field.value = keyOf(name)));
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

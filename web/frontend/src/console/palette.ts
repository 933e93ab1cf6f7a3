// Ctrl+K: everything that can be done here, found by a few letters, without diacritics.
import { act } from "./keys";

interface Entry {
  words: string;
  run: () => void;
}

const folded = (text: string): string =>
  text.toLowerCase().replaceAll("ł", "l").normalize("NFD").replace(/\p{M}/gu, "");

export function openPalette(): void {
  const dialog = document.querySelector<HTMLDialogElement>("[data-palette]");
  const field = dialog?.querySelector<HTMLInputElement>("input");
  const list = dialog?.querySelector<HTMLElement>("[role=listbox]");
  if (!dialog || !field || !list) return;
  let entries: Entry[] = [];
  let shown: Entry[] = [];
  let at = 0;

  const draw = (): void => {
    const wanted = folded(field.value).split(/\s+/).filter(Boolean);
    shown = entries.filter((one) => wanted.every((word) => folded(one.words).includes(word)));
    at = Math.min(at, Math.max(0, shown.length - 1));
    list.replaceChildren(
      ...shown.map((one, index) => {
        const item = document.createElement("div");
        item.id = `palette-${index}`;
        item.role = "option";
        item.textContent = one.words;
        item.ariaSelected = String(index === at);
        item.addEventListener("click", () => run(index));
        return item;
      }),
    );
    if (shown.length) field.setAttribute("aria-activedescendant", `palette-${at}`);
    else field.removeAttribute("aria-activedescendant");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const run = (index: number): void => {
    const chosen = shown[index];
    dialog.close();
    chosen?.run();
  };

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (dialog.open) return dialog.close();
    entries = [...doable(), ...places()];
    field.value = "";
    at = 0;
    dialog.showModal();
    draw();
  });
  field.addEventListener("input", () => {
    at = 0;
    draw();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % Math.max(1, shown.length);
      draw();
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(at);
    }
  });
}

/** What the help names and this page can do now. */
function doable(): Entry[] {
  return [...document.querySelectorAll<HTMLInputElement>("[data-key]")]
    .map((field) => ({ name: field.dataset["key"] ?? "", words: field.closest("div")?.querySelector("dd")?.textContent ?? "" }))
    .filter(({ name }) => !["next", "previous"].includes(name))
    .filter(({ name }) => ["reply", "note"].includes(name)
      ? document.querySelector(`reply-box input[value="${name}"]:not(:disabled)`) !== null
      : ["find", "help"].includes(name) || document.querySelector(`[data-act="${name}"]`) !== null)
    .map(({ name, words }) => ({ words, run: () => void act(name) }));
}

/** Conversations of the queue, other pages, and buttons of one's own desk. */
function places(): Entry[] {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")].map((row) => ({
    words: (row.querySelector(".row-name")?.textContent ?? "") + " · " + (row.querySelector(".row-reason")?.textContent ?? ""),
    run: () => row.click(),
  }));
  const links = [...document.querySelectorAll<HTMLElement>(".top-tools a[href], .mine-acts button")].map((one) => ({
    words: one.getAttribute("aria-label") ?? one.textContent ?? "",
    run: () => one.click(),
  }));
  return [...rows, ...links].map((one) => ({ ...one, words: one.words.replace(/\s+/g, " ").trim() })).filter((one) => one.words);
}

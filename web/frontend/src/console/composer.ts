// Where agents write: what SMS it will be, drafts that survive a reload, Ctrl+Enter. Reply and note have drafts of their own.
import { measure, thrifty } from "../shared/segments";

class ReplyBox extends HTMLElement {
  connectedCallback(): void {
    for (const area of this.areas()) {
      if (!area.value) area.value = sessionStorage.getItem(this.key(area)) ?? "";
    }
    this.addEventListener("input", (event) => {
      if (event.target instanceof HTMLTextAreaElement) {
        this.keep(event.target);
        this.count();
      }
    });
    this.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target instanceof HTMLTextAreaElement) {
        event.preventDefault();
        event.target.form?.requestSubmit();
      }
    });
    this.count();
  }

  /** Empties what was sent; the focus stays where it was. */
  sent(kind: "reply" | "note"): void {
    const area = this.querySelector<HTMLTextAreaElement>(`#${kind}-text`);
    if (!area) return;
    area.value = "";
    this.keep(area);
    this.count();
  }

  private areas(): HTMLTextAreaElement[] {
    return [...this.querySelectorAll("textarea")];
  }

  private key(area: HTMLTextAreaElement): string {
    return `draft ${this.getAttribute("case")} ${area.id}`;
  }

  private keep(area: HTMLTextAreaElement): void {
    if (area.value) sessionStorage.setItem(this.key(area), area.value);
    else sessionStorage.removeItem(this.key(area));
  }

  private count(): void {
    const area = this.querySelector<HTMLTextAreaElement>("#reply-text");
    const shown = this.querySelector<HTMLElement>("[data-count]");
    if (!area || !shown) return;
    if (this.getAttribute("channel") !== "sms") {
      shown.textContent = shown.dataset["chat"] ?? "";
      return;
    }
    const written = area.value.trim();
    const text = thrifty(written);
    const size = measure(text);
    const words = (size.count === 1 ? shown.dataset["one"] : shown.dataset["many"]) ?? "";
    const told = words
      .replace("%count", String(size.count))
      .replace("%units", String(size.units))
      .replace("%limit", String(size.limit))
      .replace("%encoding", size.encoding);
    shown.textContent = text === written ? told : `${told} ${shown.dataset["folded"] ?? ""}`;
  }
}

export function defineReplyBox(): void {
  customElements.define("reply-box", ReplyBox);
  const sent = (kind: "reply" | "note") => () => {
    for (const box of document.querySelectorAll<ReplyBox>("reply-box")) box.sent(kind);
  };
  document.addEventListener("reply-sent", sent("reply"));
  document.addEventListener("note-kept", sent("note"));
}

/** Shows the form for replies or notes and puts the cursor into it, if that form may be used now. */
export function write(mode: "reply" | "note"): boolean {
  const choice = document.querySelector<HTMLInputElement>(`reply-box input[value="${mode}"]`);
  if (!choice || choice.disabled) return false;
  choice.checked = true;
  document.querySelector<HTMLTextAreaElement>(`#${mode}-text`)?.focus();
  return true;
}

// One message as an element. Texts are set as text, never as HTML.
import type { Said } from "./api";

export type Words = (key: string, values?: Record<string, string>) => string;

export type OwnState = "sending" | "sent" | "failed";

export function clockTime(at: string, language: string): string {
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : "pl-PL", { hour: "numeric", minute: "2-digit" }).format(new Date(at));
}

export function bubble(said: Said, words: Words, language: string): HTMLElement {
  const element = document.createElement("div");
  element.className = `said said-${said.author}`;
  element.dataset["seq"] = String(said.seq);
  if (said.author !== "patient") {
    const who = document.createElement("p");
    who.className = "who";
    who.textContent = said.author === "agent" && said.name ? said.name : words(`author-${said.author}`);
    element.append(who);
  }
  if (said.text) {
    const text = document.createElement("p");
    text.className = "text";
    text.dir = "auto";
    text.lang = said.language;
    text.textContent = said.text;
    element.append(text);
  }
  if (said.delivery === "retracted") takeBack(element, words);
  if (said.choices.length > 0) placeForOffered(element, said);
  for (const file of said.files) {
    const line = document.createElement("p");
    line.className = "text";
    line.textContent = words(file.state === "refused" || file.state === "infected" ? "file-refused" : "file-sent", { type: kind(file.type, words) });
    element.append(line);
  }
  const foot = document.createElement("p");
  foot.className = "foot";
  foot.textContent = clockTime(said.at, language);
  if (said.author === "patient") foot.append(` · ${words("own-sent")}`);
  element.append(foot);
  return element;
}

/** The clinic took its words back: that stays, the words go. */
export function takeBack(element: HTMLElement, words: Words): void {
  if (element.classList.contains("said-retracted")) return;
  element.classList.add("said-retracted");
  element.querySelector(".offered")?.remove();
  const text = element.querySelector<HTMLElement>(".text") ?? document.createElement("p");
  text.className = "text";
  text.removeAttribute("lang");
  text.textContent = words("retracted");
  if (!text.isConnected && text.parentElement === null) element.append(text);
}

/** What was offered, for reading back once it can no longer be tapped below. Its list is a quiet part of the log. */
export function keepOffered(element: HTMLElement): void {
  const list = element.querySelector(".offered");
  if (!list || list.childElementCount > 0) return;
  for (const label of JSON.parse(element.dataset["offered"] ?? "[]") as string[]) {
    const line = document.createElement("li");
    line.textContent = label;
    list.append(line);
  }
}

function placeForOffered(element: HTMLElement, said: Said): void {
  const list = document.createElement("ul");
  list.className = "offered";
  list.lang = said.language;
  list.setAttribute("aria-live", "off");
  element.dataset["offered"] = JSON.stringify(said.choices.map((choice) => choice.label));
  element.append(list);
}

export function ownBubble(text: string, words: Words): HTMLElement {
  const element = document.createElement("div");
  element.className = "said said-patient";
  const line = document.createElement("p");
  line.className = "text";
  line.dir = "auto";
  line.textContent = text;
  const foot = document.createElement("p");
  foot.className = "foot";
  foot.textContent = words("own-sending");
  element.append(line, foot);
  return element;
}

export function mark(element: HTMLElement, state: OwnState, words: Words, retry?: () => void): void {
  const foot = element.querySelector(".foot");
  if (!foot) return;
  element.classList.toggle("said-failed", state === "failed");
  if (state === "failed" && retry) {
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = words("own-retry");
    again.addEventListener("click", retry);
    foot.replaceChildren(`${words("own-failed")} `, again);
  } else foot.textContent = words(`own-${state}`);
}

/** The clinic has stored it: the time is the clinic's. */
export function dated(element: HTMLElement, at: string, words: Words, language: string): void {
  const foot = element.querySelector(".foot");
  if (foot) foot.textContent = `${clockTime(at, language)} · ${words("own-sent")}`;
}

function kind(type: string, words: Words): string {
  return words(type === "application/pdf" ? "file-pdf" : "file-picture");
}

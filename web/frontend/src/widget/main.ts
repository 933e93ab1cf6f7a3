// The chat inside the iframe: one custom element around the page the server made.
import { attach, begin, goOn, listen, read, Refused, seen, token, write, type Said, type Snapshot } from "./api";
import { bubble, dated, keepOffered, mark, ownBubble, takeBack, type Words } from "./bubbles";

type Language = "pl" | "en";
const TEXTS = JSON.parse(document.querySelector("#texts")?.textContent ?? "{}") as Record<Language, Record<string, string>>;
const MAX_FILE = 5_000_000;
const CHECK_WHILE_WORKING_MS = 4000;

class PoradniaChat extends HTMLElement {
  private language: Language = document.documentElement.lang === "en" ? "en" : "pl";
  private last = 0;
  private readFrom = 0;
  private numbering: number | null = null;
  private readonly shown = new Set<number>();
  private seenUpTo = 0;
  private unread = 0;
  private isOpen = window.parent === window;
  private hasBegun = false;
  private reading: Promise<void> | null = null;
  private readAgain = false;
  private readonly own = new Map<number, HTMLElement>();
  private readonly sending = new Set<HTMLElement>();
  private workingTimer = 0;
  private log!: HTMLElement;
  private choices!: HTMLElement;
  private typing!: HTMLElement;
  private state!: HTMLElement;
  private line!: HTMLElement;
  private area!: HTMLTextAreaElement;

  connectedCallback(): void {
    this.log = this.element("log");
    this.choices = this.element("choices");
    this.typing = this.element("typing");
    this.state = this.element("state");
    this.line = this.element("line");
    this.area = this.element("area") as HTMLTextAreaElement;
    this.element("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.sendTyped();
    });
    this.area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.sendTyped();
      }
    });
    this.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.minimise();
    });
    this.element("minimise").hidden = window.parent === window;
    this.element("minimise").addEventListener("click", () => this.minimise());
    // The request is a message like any other, so that it is screened, kept and answered where it was asked.
    this.element("transcript").addEventListener("click", () => {
      if (this.hasBegun && token() !== null) void this.send(this.words("transcript"), null);
    });
    const picker = this.element("file") as HTMLInputElement;
    this.element("clip").addEventListener("click", () => picker.click());
    picker.addEventListener("change", () => {
      const file = picker.files?.[0];
      picker.value = "";
      if (file) void this.sendFile(file);
    });
    for (const button of this.querySelectorAll<HTMLButtonElement>("[data-language]")) {
      button.addEventListener("click", () => this.speak(button.dataset["language"] === "en" ? "en" : "pl"));
    }
    window.addEventListener("message", (event) => {
      if (event.source !== window.parent || window.parent === window) return;
      const told = (event.data as { poradnia?: string }).poradnia;
      if (told === "open") this.open();
      else if (told === "closed") this.isOpen = false;
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.hasBegun) void this.refresh();
    });
    this.tell({ poradnia: "ready" });
    if (this.isOpen || token() !== null) void this.start();
  }

  private readonly words: Words = (key, values = {}) =>
    Object.entries(values).reduce((text, [name, value]) => text.replace(`%${name}`, value), TEXTS[this.language]?.[key] ?? key);

  private element(name: string): HTMLElement {
    const found = this.querySelector<HTMLElement>(`[data-part="${name}"]`);
    if (!found) throw new Error(`the page lacks its ${name}`);
    return found;
  }

  private tell(message: object): void {
    // Nothing of the conversation is in it, so any embedding page may hear it.
    if (window.parent !== window) window.parent.postMessage(message, "*");
  }

  private open(): void {
    this.isOpen = true;
    this.unread = 0;
    this.tell({ poradnia: "unread", unread: 0 });
    void this.start();
    this.area.focus();
    this.scrollToEnd();
    this.markSeen();
  }

  private minimise(): void {
    this.isOpen = false;
    this.tell({ poradnia: "minimise" });
  }

  private async start(): Promise<void> {
    if (this.hasBegun) return;
    this.hasBegun = true;
    // What was said before is shown, not read out: only what comes later is news to a screen reader.
    this.log.setAttribute("aria-live", "off");
    const isNew = token() === null;
    for (let pause = 1000; ; pause = Math.min(pause * 2, 15_000)) {
      try {
        if (isNew) this.log.removeAttribute("aria-live");
        this.show((await this.followed()) ?? (await begin(this.language)));
        break;
      } catch (error) {
        this.say(error instanceof Refused && error.status === 429 ? "slow-down" : "offline");
        await new Promise((done) => setTimeout(done, pause));
      }
    }
    this.say(null);
    // The first words, that this is an AI, are read from their beginning.
    if (isNew) this.log.scrollTop = 0;
    window.setTimeout(() => this.log.removeAttribute("aria-live"), 300);
    this.unread = 0;
    void listen(
      () => void this.refresh(),
      (isUp) => this.say(isUp ? null : "offline"),
    );
  }

  /** The link's token stands behind the "#", so no server has seen it; it leaves the address once it was used. */
  private async followed(): Promise<Snapshot | null> {
    const link = location.hash.slice(1);
    if (link.length < 8) return null;
    try {
      const moved = await goOn(link);
      history.replaceState(null, "", location.pathname + location.search);
      return moved;
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 404) throw error;
      history.replaceState(null, "", location.pathname + location.search);
      return null;
    }
  }

  private refresh(): Promise<void> {
    if (this.reading) {
      this.readAgain = true;
      return this.reading;
    }
    this.reading = (async () => {
      do {
        this.readAgain = false;
        try {
          this.show(await read(this.readFrom));
        } catch (error) {
          // The clinic's data were made anew: begin again rather than talk to nobody.
          if (error instanceof Refused && error.status === 401) this.show(await begin(this.language));
        }
      } while (this.readAgain);
      this.reading = null;
    })();
    return this.reading;
  }

  private show(snapshot: Snapshot): void {
    if (this.numbering !== null && this.numbering !== snapshot.numbering && this.readFrom > 0) {
      this.beginAgain(snapshot.numbering);
      return;
    }
    this.numbering = snapshot.numbering;
    const follows = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80;
    for (const said of snapshot.messages) if (!this.shown.has(said.seq)) this.add(said);
    this.readFrom = snapshot.after;
    for (const seq of snapshot.retracted) {
      const element = this.log.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
      if (element) takeBack(element, this.words);
    }
    this.showChoices(snapshot.messages.at(-1));
    this.typing.hidden = !snapshot.working;
    this.state.textContent = snapshot.state === "waiting" || snapshot.state === "human" ? this.words(`state-${snapshot.state}`) : "";
    window.clearTimeout(this.workingTimer);
    if (snapshot.working) this.workingTimer = window.setTimeout(() => void this.refresh(), CHECK_WHILE_WORKING_MS);
    if (follows) this.scrollToEnd();
    this.markSeen();
  }

  /** Joined with another conversation, or taken apart: what is shown is read anew, silently; what is being sent stays. */
  private beginAgain(numbering: number): void {
    this.numbering = numbering;
    this.readFrom = this.last = this.seenUpTo = 0;
    this.shown.clear();
    this.own.clear();
    this.log.setAttribute("aria-live", "off");
    this.log.replaceChildren(...this.sending);
    this.readAgain = true;
    if (!this.reading) void this.refresh();
    window.setTimeout(() => this.log.removeAttribute("aria-live"), 1000);
  }

  private add(said: Said): void {
    this.last = Math.max(this.last, said.seq);
    this.shown.add(said.seq);
    const known = this.own.get(said.seq);
    if (known) {
      dated(known, said.at, this.words, this.language);
      return;
    }
    if (said.author === "patient") {
      // It may be ours, seen here before the answer to its sending arrived.
      const mine = [...this.sending].find((one) => one.querySelector(".text")?.textContent === said.text);
      if (mine) {
        this.adopt(mine, said.seq);
        dated(mine, said.at, this.words, this.language);
        return;
      }
    } else if (!this.isOpen && this.hasBegun) {
      this.unread += 1;
      this.tell({ poradnia: "unread", unread: this.unread });
    }
    this.log.append(bubble(said, this.words, this.language));
  }

  private adopt(element: HTMLElement, seq: number): void {
    this.sending.delete(element);
    this.own.set(seq, element);
    element.dataset["seq"] = String(seq);
    mark(element, "sent", this.words);
  }

  private showChoices(newest: Said | undefined): void {
    if (!newest) return;
    this.choices.replaceChildren(
      ...newest.choices.map((choice) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = choice.label;
        button.addEventListener("click", () => {
          this.area.focus();
          void this.send(choice.label, choice.id);
        });
        return button;
      }),
    );
    this.choices.hidden = newest.choices.length === 0;
    this.keepOffers(this.choices.hidden ? "" : String(newest.seq));
  }

  /** Offers of earlier bubbles become part of them, without being read out again. */
  private keepOffers(tappable: string): void {
    for (const element of this.log.querySelectorAll<HTMLElement>("[data-offered]"))
      if (element.dataset["seq"] !== tappable) keepOffered(element);
  }

  private sendTyped(): void {
    const text = this.area.value.trim();
    if (!text) return;
    this.area.value = "";
    void this.send(text, null);
  }

  private async send(text: string, choice: string | null): Promise<void> {
    const id = crypto.randomUUID();
    await this.attempt(ownBubble(text, this.words), () => write(id, text, choice, this.language));
  }

  private async sendFile(file: File): Promise<void> {
    if (file.size > MAX_FILE) {
      this.say("file-too-large");
      return;
    }
    const id = crypto.randomUUID();
    await this.attempt(ownBubble(this.words("file-named", { name: file.name }), this.words), () =>
      attach(id, file, this.language),
    );
  }

  /** Shows it at once; on failure it can be sent again, with the same id, so that it is stored once. */
  private async attempt(element: HTMLElement, deliver: () => Promise<number>): Promise<void> {
    this.choices.hidden = true;
    this.keepOffers("");
    if (!element.isConnected) this.log.append(element);
    this.sending.add(element);
    mark(element, "sending", this.words);
    this.scrollToEnd();
    try {
      const seq = await deliver();
      if (this.sending.has(element)) this.adopt(element, seq);
      void this.refresh();
    } catch (error) {
      // The answer got lost on its way, but the message is there and was seen to be: nothing failed.
      if (!this.sending.has(element)) return;
      mark(element, "failed", this.words, () => void this.attempt(element, deliver));
      if (error instanceof Refused && error.status === 413) this.say("file-too-large");
      else if (error instanceof Refused && error.status === 429) this.say("slow-down");
    }
  }

  private markSeen(): void {
    if (!this.isOpen || document.hidden || this.last <= this.seenUpTo) return;
    this.seenUpTo = this.last;
    void seen(this.last).catch(() => (this.seenUpTo = 0));
  }

  private say(key: string | null): void {
    this.line.textContent = key === null ? "" : this.words(key);
  }

  private scrollToEnd(): void {
    this.log.scrollTop = this.log.scrollHeight;
  }

  private speak(language: Language): void {
    this.language = language;
    document.documentElement.lang = language;
    for (const button of this.querySelectorAll<HTMLElement>("[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset["language"] === language));
    }
    for (const element of this.querySelectorAll<HTMLElement>("[data-text]")) {
      element.textContent = this.words(element.dataset["text"] ?? "");
    }
    for (const element of this.querySelectorAll<HTMLElement>("[data-label]")) {
      element.setAttribute("aria-label", this.words(element.dataset["label"] ?? ""));
      if (element.title) element.title = this.words(element.dataset["label"] ?? "");
    }
    this.area.placeholder = this.words("hint");
    if (this.state.textContent) void this.refresh();
  }
}

customElements.define("poradnia-chat", PoradniaChat);

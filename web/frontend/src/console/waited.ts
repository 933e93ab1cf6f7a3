// Clocks that tick by the server's clock rather than this machine's: how long someone has waited, how much time is left, what is due.

const shownAt = Date.now();
const serverShown = Date.parse(document.querySelector<HTMLMetaElement>('meta[name="now"]')?.content ?? "") || shownAt;
const serverNow = (): number => serverShown + Date.now() - shownAt;

export function waited(since: number, now: number, fresh: string): string {
  const minutes = Math.max(0, Math.floor((now - since) / 60_000));
  return minutes < 1 ? fresh : inMinutes(minutes);
}

function inMinutes(minutes: number): string {
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

abstract class Ticking extends HTMLElement {
  protected abstract readonly every: number;
  protected abstract told(): string | null;
  private timer = 0;

  connectedCallback(): void {
    this.timer = window.setInterval(() => this.tick(), this.every);
    this.tick();
  }

  disconnectedCallback(): void {
    window.clearInterval(this.timer);
  }

  protected at(name: string): number {
    return Date.parse(this.getAttribute(name) ?? "");
  }

  private tick(): void {
    const text = this.told();
    if (text !== null && this.textContent !== text) this.textContent = text;
  }
}

class TimeWaited extends Ticking {
  protected readonly every = 10_000;

  protected told(): string | null {
    const since = this.at("since");
    return Number.isNaN(since) ? null : waited(since, serverNow(), this.getAttribute("fresh") ?? "");
  }
}

/** Seconds until something ends; at the end the part of the page around it asks again. */
class TimeLeft extends Ticking {
  protected readonly every = 1_000;
  private isOver = false;

  protected told(): string | null {
    const left = Math.ceil((this.at("until") - serverNow()) / 1000);
    if (Number.isNaN(left)) return null;
    if (left < 0 && !this.isOver) {
      this.isOver = true;
      this.closest("[hx-get]")?.dispatchEvent(new CustomEvent("refresh"));
    }
    return (this.getAttribute("words") ?? "%s").replace("%s", String(Math.max(0, left)));
  }
}

/** A promise: green while there is time, amber near its end, red once it is broken. The words say it too. */
class TimeDue extends Ticking {
  protected readonly every = 5_000;

  protected told(): string | null {
    const left = this.at("at") - serverNow();
    if (Number.isNaN(left)) return null;
    const minutes = Math.floor(Math.abs(left) / 60_000);
    this.dataset["state"] = left <= 0 ? "broken" : left < 3 * 60_000 ? "near" : "kept";
    const words = this.getAttribute(left <= 0 ? "late" : "left") ?? "%s";
    return words.replace("%s", minutes < 1 ? "<1 min" : inMinutes(minutes));
  }
}

export function defineClocks(): void {
  customElements.define("time-waited", TimeWaited);
  customElements.define("time-left", TimeLeft);
  customElements.define("time-due", TimeDue);
}

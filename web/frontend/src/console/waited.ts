// How long someone has waited, ticking by the server's clock rather than this machine's.

const shownAt = Date.now();
const serverNow = Date.parse(document.querySelector<HTMLMetaElement>('meta[name="now"]')?.content ?? "") || shownAt;

export function waited(since: number, now: number, fresh: string): string {
  const minutes = Math.max(0, Math.floor((now - since) / 60_000));
  if (minutes < 1) return fresh;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

class TimeWaited extends HTMLElement {
  private timer = 0;

  connectedCallback(): void {
    this.timer = window.setInterval(() => this.tick(), 10_000);
  }

  disconnectedCallback(): void {
    window.clearInterval(this.timer);
  }

  private tick(): void {
    const since = Date.parse(this.getAttribute("since") ?? "");
    const text = waited(since, serverNow + Date.now() - shownAt, this.getAttribute("fresh") ?? "");
    if (!Number.isNaN(since) && this.textContent !== text) this.textContent = text;
  }
}

export function defineTimeWaited(): void {
  customElements.define("time-waited", TimeWaited);
}

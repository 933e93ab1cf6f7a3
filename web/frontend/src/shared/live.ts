// One event stream per browser: the tab that holds the lock listens and tells the others. What arrives are topics and ids;
// each part of the page that shows one of them fetches itself again.

export interface Change {
  topic: string;
  id: string;
}

type Heard = { kind: "change"; change: Change } | { kind: "all" } | { kind: "over" } | { kind: "state"; isUp: boolean };

const GATHER_MS = 60;

export function startLive(url: string): void {
  const channel = new BroadcastChannel(`poradnia ${url}`);
  const waiting = new Set<Element>();
  let timer = 0;

  const refresh = (matches: (element: HTMLElement) => boolean): void => {
    for (const element of document.querySelectorAll<HTMLElement>("[data-live]")) {
      if (matches(element)) waiting.add(element);
    }
    // Several changes of one moment become one request for each part.
    timer ||= window.setTimeout(() => {
      timer = 0;
      const elements = [...waiting];
      waiting.clear();
      for (const element of elements) if (element.isConnected) element.dispatchEvent(new CustomEvent("refresh"));
    }, GATHER_MS);
  };

  // Who signs out here knows that the session is over; the news of it must not overtake the page they are on their way to,
  // be it the stream's or the refusal of a part that was still being asked for.
  let isLeaving = false;
  document.addEventListener("submit", (event) => {
    isLeaving ||= event.target instanceof HTMLFormElement && event.target.action.endsWith("/logout");
  });
  for (const step of ["htmx:before:request", "htmx:before:response"]) {
    document.addEventListener(step, (event) => {
      if (isLeaving) event.preventDefault();
    });
  }

  const hear = (heard: Heard): void => {
    if (heard.kind === "change") {
      const { topic, id } = heard.change;
      refresh((element) => {
        const live = element.dataset["live"]?.split(" ") ?? [];
        return live.includes(topic) || live.includes(`${topic}:${id}`);
      });
    } else if (heard.kind === "all") refresh(() => true);
    else if (heard.kind === "state") showState(heard.isUp);
    else if (!isLeaving) location.reload();
  };

  const tell = (heard: Heard): void => {
    channel.postMessage(heard);
    hear(heard);
  };

  channel.addEventListener("message", (event: MessageEvent<Heard>) => hear(event.data));
  void navigator.locks.request(`poradnia ${url}`, () => {
    return new Promise<void>((done) => {
      let opened = 0;
      const source = new EventSource(url);
      window.addEventListener("pagehide", () => {
        source.close();
        done();
      });
      source.addEventListener("open", () => {
        tell({ kind: "state", isUp: true });
        // Whatever happened between this page's making, or the break, and now is caught up by reading again.
        tell({ kind: "all" });
        opened += 1;
      });
      source.addEventListener("error", () => {
        if (source.readyState === EventSource.CLOSED) {
          tell({ kind: "over" });
          done();
        } else if (opened > 0) tell({ kind: "state", isUp: false });
      });
      source.addEventListener("change", (event: MessageEvent<string>) => {
        const change = JSON.parse(event.data) as Change;
        tell(change.topic === "reconnected" ? { kind: "all" } : { kind: "change", change });
      });
      source.addEventListener("over", () => tell({ kind: "over" }));
    });
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

function showState(isUp: boolean): void {
  const shown = document.querySelector<HTMLElement>("[data-live-state]");
  if (!shown) return;
  shown.hidden = isUp;
  shown.textContent = isUp ? "" : (shown.dataset["lost"] ?? "");
}

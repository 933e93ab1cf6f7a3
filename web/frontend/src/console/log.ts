// The thread stays where its reader is: at the end it follows what is new, further up it only offers to go down.

const NEAR = 80;
let wasAtEnd = true;
let topBefore = 0;
let hasNewer = false;
let thread = "";

const log = (): HTMLElement | null => document.querySelector<HTMLElement>("#log");
const isAtEnd = (element: HTMLElement): boolean =>
  element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;

export function keepLog(): void {
  let last = "";
  const newest = (): string => log()?.querySelector("article:last-of-type")?.id ?? "";
  const settle = (): void => {
    const element = log();
    const now = document.querySelector<HTMLElement>("#thread")?.dataset["thread"] ?? "";
    if (!element) {
      thread = "";
      return;
    }
    const button = document.querySelector<HTMLElement>("[data-newer]");
    // Whoever has scrolled up since the change began to be drawn reads on there.
    if (now !== thread || (wasAtEnd && element.scrollTop >= topBefore - 1)) {
      element.scrollTop = element.scrollHeight;
      hasNewer = false;
    } else if (newest() !== last) hasNewer = true;
    if (button) button.hidden = !hasNewer;
    thread = now;
    last = newest();
  };
  document.addEventListener("htmx:before:swap", () => {
    const element = log();
    wasAtEnd = !element || isAtEnd(element);
    topBefore = element?.scrollTop ?? 0;
  });
  document.addEventListener("htmx:after:swap", () => requestAnimationFrame(settle));
  document.addEventListener(
    "scroll",
    (event) => {
      const element = log();
      const button = document.querySelector<HTMLElement>("[data-newer]");
      if (element && event.target === element && button && isAtEnd(element)) {
        hasNewer = false;
        button.hidden = true;
      }
    },
    true,
  );
  document.addEventListener("click", (event) => {
    const element = log();
    if (element && event.target instanceof Element && event.target.closest("[data-newer]")) {
      element.scrollTop = element.scrollHeight;
      element.focus();
    }
  });
  // A picture that arrives late must not push the end out of sight.
  document.addEventListener("load", (event) => {
    if (event.target instanceof HTMLImageElement && wasAtEnd) settle();
  }, true);
  settle();
}

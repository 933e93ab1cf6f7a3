// Which row is open, where the focus goes after opening one, and a word when an act did not reach the server.

export function markOpenRow(): void {
  const mark = (): void => {
    for (const row of document.querySelectorAll<HTMLAnchorElement>("[data-row]")) {
      if (new URL(row.href).pathname === location.pathname) row.setAttribute("aria-current", "page");
      else row.removeAttribute("aria-current");
    }
  };
  for (const kind of ["htmx:after:swap", "htmx:after:settle", "htmx:after:history"]) {
    document.addEventListener(kind, () => window.setTimeout(mark, 0));
  }
  mark();
}

export function moveFocusAfterOpening(): void {
  let opened = false;
  document.addEventListener("click", (event) => {
    opened = event.target instanceof Element && event.target.closest("[hx-push-url], [hx-post*='/accept']") !== null;
  });
  document.addEventListener("htmx:after:swap", () => {
    const asked = document.querySelector<HTMLElement>("[data-take-focus]");
    if (asked) {
      asked.removeAttribute("data-take-focus");
      asked.focus();
    } else if (opened && document.querySelector("#thread-title")) {
      opened = false;
      document.querySelector<HTMLElement>("#thread-title")?.focus({ preventScroll: true });
      const name = document.querySelector("#thread-title")?.textContent ?? "";
      document.title = `${name} · ${document.title.split(" · ").at(-1) ?? ""}`;
    }
  });
  const toast = document.querySelector<HTMLElement>("[data-toast]");
  for (const kind of ["htmx:response:error", "htmx:error"]) {
    document.addEventListener(kind, () => {
      if (!toast) return;
      toast.textContent = toast.dataset["failed"] ?? "";
      window.setTimeout(() => (toast.textContent = ""), 6000);
    });
  }
}

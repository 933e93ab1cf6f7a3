// Ready replies: "/" at the start of a reply lists them; letters narrow the list, Enter or a click puts the text in.

interface Reply {
  key: string;
  text: string;
  then: string;
}

const known = new Map<string, Reply[]>();
const folded = (text: string): string => text.toLowerCase().replaceAll("ł", "l").normalize("NFD").replace(/\p{M}/gu, "");

async function repliesOf(box: HTMLElement): Promise<Reply[]> {
  const id = box.getAttribute("case") ?? "";
  const before = known.get(id);
  if (before) return before;
  const answer = await fetch(`/console/cases/${id}/replies`, { headers: { accept: "application/json" } });
  const found = answer.ok ? ((await answer.json()) as Reply[]) : [];
  if (answer.ok) known.set(id, found);
  return found;
}

export function offerReplies(): void {
  let shown: Reply[] = [];
  let at = 0;
  const parts = (area: HTMLTextAreaElement): { box: HTMLElement; list: HTMLElement } | null => {
    const box = area.closest<HTMLElement>("reply-box");
    const list = box?.querySelector<HTMLElement>("[data-replies]");
    return box && list ? { box, list } : null;
  };
  const close = (area: HTMLTextAreaElement, list: HTMLElement): void => {
    list.hidden = true;
    list.replaceChildren();
    shown = [];
    area.removeAttribute("aria-activedescendant");
  };
  const draw = (area: HTMLTextAreaElement, list: HTMLElement): void => {
    list.replaceChildren(
      ...shown.map((one, index) => {
        const item = document.createElement("div");
        item.role = "option";
        item.id = `ready-${index}`;
        item.ariaSelected = String(index === at);
        const name = document.createElement("strong");
        name.textContent = `/${one.key}`;
        item.append(name, ` ${one.text}`);
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          choose(area, list, one);
        });
        return item;
      }),
    );
    list.hidden = shown.length === 0;
    if (shown.length) area.setAttribute("aria-activedescendant", `ready-${at}`);
  };
  const choose = (area: HTMLTextAreaElement, list: HTMLElement, one: Reply): void => {
    area.value = one.text;
    const then = area.form?.querySelector<HTMLSelectElement>("select[name=then]");
    if (then) then.value = one.then;
    close(area, list);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  document.addEventListener("input", async (event) => {
    const area = event.target;
    if (!(area instanceof HTMLTextAreaElement) || area.id !== "reply-text") return;
    const found = parts(area);
    if (!found) return;
    if (!/^\/\S*$/.test(area.value)) return close(area, found.list);
    const all = await repliesOf(found.box);
    const wanted = folded(area.value.slice(1));
    if (!area.value.startsWith("/")) return;
    shown = all.filter((one) => folded(one.key).includes(wanted) || folded(one.text).includes(wanted));
    at = 0;
    draw(area, found.list);
  });
  document.addEventListener("keydown", (event) => {
    const area = event.target;
    if (!(area instanceof HTMLTextAreaElement) || !shown.length) return;
    const found = parts(area);
    const one = shown[at];
    if (!found || !one) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % shown.length;
      draw(area, found.list);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      choose(area, found.list, one);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      close(area, found.list);
    }
  }, true);
}

// Put on a clinic's own site by one script tag. It adds a button and, once wanted, an iframe; nothing else of the page is
// touched or read. The iframe's messages are believed only from its own window and address.
import chatIcon from "../icons/chat.svg";

const OPENED = "poradnia-chat-open";
const USED = "poradnia-chat-used";
const STYLE = `
:host{all:initial}
button{position:fixed;right:20px;bottom:20px;z-index:2147483000;display:flex;align-items:center;gap:8px;min-height:56px;
padding:0 20px;border:2px solid #fff;border-radius:28px;background:#0f6a58;color:#fff;font:600 16px/1.2 system-ui,sans-serif;
box-shadow:0 4px 20px rgb(0 0 0/30%);cursor:pointer}
button:hover{background:#0a5244}
button:focus-visible{outline:3px solid #1a56c4;outline-offset:3px}
b{min-width:22px;padding:2px 6px;border-radius:11px;background:#fff;color:#0a5244;font-size:13px;text-align:center}
iframe{position:fixed;right:20px;bottom:20px;z-index:2147483001;width:400px;max-width:calc(100vw - 40px);height:640px;
max-height:calc(100vh - 40px);border:0;border-radius:16px;box-shadow:0 8px 40px rgb(0 0 0/35%);color-scheme:normal;background:transparent}
[hidden]{display:none}
@media(max-width:480px){iframe{inset:0;width:100vw;max-width:none;height:100dvh;max-height:none;border-radius:0}}`;
const WORDS = {
  pl: { open: "Napisz do nas", title: "Czat z placówką", unread: "nieprzeczytane" },
  en: { open: "Chat with us", title: "Chat with the clinic", unread: "unread" },
};

const script = document.currentScript;
if (script instanceof HTMLScriptElement && !document.querySelector("poradnia-launcher")) start(script);

function start(script: HTMLScriptElement): void {
  const origin = new URL(script.dataset["origin"] ?? script.src, location.href).origin;
  const language = (script.dataset["lang"] ?? document.documentElement.lang).startsWith("en") ? "en" : "pl";
  const words = WORDS[language];
  const host = document.createElement("poradnia-launcher");
  const root = host.attachShadow({ mode: "open" });
  const style = new CSSStyleSheet();
  style.replaceSync(STYLE);
  root.adoptedStyleSheets = [style];
  const button = document.createElement("button");
  const badge = document.createElement("b");
  badge.hidden = true;
  button.innerHTML = chatIcon;
  button.append(words.open, badge);
  button.setAttribute("aria-expanded", "false");
  root.append(button);
  document.body.append(host);
  let frame: HTMLIFrameElement | undefined;
  let isOpen = false;
  let isReady = false;

  const tell = (): void => {
    if (isReady) frame?.contentWindow?.postMessage({ poradnia: isOpen ? "open" : "closed" }, origin);
  };
  const load = (): void => {
    if (frame) return;
    frame = document.createElement("iframe");
    frame.title = words.title;
    frame.src = `${origin}/widget/frame?lang=${language}`;
    frame.hidden = true;
    root.append(frame);
  };
  const show = (open: boolean): void => {
    load();
    isOpen = open;
    if (frame) frame.hidden = !open;
    button.hidden = open;
    button.setAttribute("aria-expanded", String(open));
    remember(sessionStorage, OPENED, open);
    tell();
    if (open) frame?.focus();
    else button.focus();
  };
  button.addEventListener("click", () => show(true));
  window.addEventListener("message", (event) => {
    if (event.origin !== origin || !frame || event.source !== frame.contentWindow) return;
    const told = event.data as { poradnia?: string; unread?: number };
    if (told.poradnia === "ready") {
      isReady = true;
      tell();
    } else if (told.poradnia === "minimise") show(false);
    else if (told.poradnia === "unread") {
      const unread = Number(told.unread) || 0;
      remember(localStorage, USED, true);
      badge.hidden = unread === 0;
      badge.textContent = String(unread);
      button.setAttribute("aria-label", unread ? `${words.open} (${words.unread}: ${unread})` : words.open);
    }
  });
  // Someone who has talked here before hears of an answer while the chat is closed.
  if (recall(sessionStorage, OPENED)) {
    load();
    isOpen = true;
    if (frame) (frame as HTMLIFrameElement).hidden = false;
    button.hidden = true;
  } else if (recall(localStorage, USED)) load();
}

function remember(place: Storage, key: string, value: boolean): void {
  try {
    if (value) place.setItem(key, "1");
    else place.removeItem(key);
  } catch {
    // A page may forbid storage: then nothing is remembered between its pages.
  }
}

function recall(place: Storage, key: string): boolean {
  try {
    return place.getItem(key) !== null;
  } catch {
    return false;
  }
}

// A telephone that calls: frames of the provider's relay over its socket. Words are typed or recognised, keys pressed, answers heard.
import { Speaker } from "./speaker";
import { Sound } from "./sound";
import { listen, type Listening } from "./listening";

type Frame =
  | { type: "text"; token: string; last: boolean }
  | { type: "language"; ttsLanguage: string }
  | { type: "play"; source: string; loop?: number }
  | { type: "sendDigits"; digits: string }
  | { type: "end"; handoffData?: string };

const PARTIAL_MS = 400;
const phone = document.querySelector<HTMLElement>("[data-call]")!;
const find = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector)!;
const state = find("[data-state]");
const log = find("[data-log]");
const form = find<HTMLFormElement>("[data-words]");
const input = find<HTMLInputElement>("#words");
const start = find<HTMLButtonElement>("[data-start]");
const end = find<HTMLButtonElement>("[data-end]");
const aloud = find<HTMLInputElement>("[data-aloud]");
const listens = find<HTMLInputElement>("[data-listen]");

let socket: WebSocket | undefined;
let locale = "pl-PL";
let bubble: HTMLElement | undefined;
let partial = 0;
let listening: Listening | undefined;
let isLeftTo = "";
let sound: Sound | undefined;

const speaker = new Speaker((heard, isDone) => {
  bubble ??= line("", false);
  bubble.textContent = heard;
  if (isDone) bubble = undefined;
  log.scrollTop = log.scrollHeight;
});

function line(text: string, isMine: boolean): HTMLElement {
  const row = document.createElement("div");
  row.className = isMine ? "sms sms-mine" : "sms";
  const words = document.createElement("p");
  words.className = "text";
  words.textContent = text;
  row.append(words);
  log.append(row);
  log.scrollTop = log.scrollHeight;
  return words;
}

function tell(name: string): void {
  state.textContent = phone.dataset[name] ?? "";
}

function send(frame: object): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
}

// Whoever speaks into it stops it: the clinic learns what was heard until then, as a provider tells it.
function interrupt(): void {
  const heard = speaker.stop() ?? (still() ? "" : undefined);
  if (heard === undefined) return;
  if (bubble) {
    bubble.textContent = `${heard} …`;
    bubble = undefined;
  }
  send({ type: "interrupt", utteranceUntilInterrupt: heard, durationUntilInterruptMs: 0 });
}

function say(words: string, isLast: boolean): void {
  send({ type: "prompt", voicePrompt: words, lang: locale, last: isLast });
}

// Words take the place of a sound that is played; true if one was.
function still(): boolean {
  const was = sound;
  sound = undefined;
  was?.stop();
  if (was) tell("toldGoing");
  return was !== undefined;
}

function play(source: string, rounds: number): void {
  still();
  sound = new Sound(new URL(source).pathname, rounds, aloud.checked);
  tell("toldWaiting");
}

function enable(isOn: boolean): void {
  for (const one of document.querySelectorAll<HTMLButtonElement | HTMLInputElement>("[data-words] *, [data-key]")) one.disabled = !isOn;
  start.hidden = isOn;
  end.hidden = !isOn;
}

function over(): void {
  socket = undefined;
  still();
  listening?.stop();
  enable(false);
  tell(isLeftTo === "human" ? "toldHuman" : "toldOver");
  start.focus();
}

function take(frame: Frame): void {
  if (frame.type === "language") {
    locale = frame.ttsLanguage;
    speaker.locale = locale;
    listening?.speak(locale);
  } else if (frame.type === "play") {
    speaker.whenDone(() => {
      if (socket) play(frame.source, frame.loop ?? 1);
    });
  } else if (frame.type === "sendDigits") {
    line(`${phone.dataset["toldPressed"] ?? ""} ${frame.digits.replaceAll("w", "")}`, false);
  } else if (frame.type === "text") {
    still();
    speaker.add(frame.token, frame.last);
  } else if (frame.type === "end") {
    isLeftTo = reason(frame.handoffData);
    // The provider ends the session once it has said all that it was given.
    speaker.whenDone(() => socket?.close());
  }
}

function reason(data: string | undefined): string {
  try {
    return String((JSON.parse(data ?? "{}") as { reason?: unknown }).reason ?? "");
  } catch {
    return "";
  }
}

start.addEventListener("click", () => void begin());

async function begin(): Promise<void> {
  let setup: object;
  start.disabled = true;
  log.replaceChildren();
  isLeftTo = "";
  bubble = undefined;
  locale = speaker.locale = "pl-PL";
  tell("toldRinging");
  try {
    const answer = await fetch("/simulator/call/ring", {
      method: "POST",
      body: new URLSearchParams({ number: phone.dataset["number"] ?? "" }),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const given = (await answer.json()) as { path: string; setup: object };
    setup = given.setup;
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${given.path}`);
  } catch {
    tell("toldFailed");
    return;
  } finally {
    start.disabled = false;
  }
  socket.addEventListener("open", () => {
    send(setup);
    tell("toldGoing");
    enable(true);
    input.focus();
    if (listens.checked) hearMicrophone();
  });
  socket.addEventListener("message", (event) => take(JSON.parse(String(event.data)) as Frame));
  socket.addEventListener("close", over);
}

end.addEventListener("click", () => {
  interruptQuietly();
  socket?.close();
});

function interruptQuietly(): void {
  const heard = speaker.stop();
  if (heard !== undefined && bubble) bubble.textContent = `${heard} …`;
  bubble = undefined;
}

input.addEventListener("input", () => {
  interrupt();
  window.clearTimeout(partial);
  partial = window.setTimeout(() => {
    if (input.value.trim()) say(input.value.trim(), false);
  }, PARTIAL_MS);
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const words = input.value.trim();
  window.clearTimeout(partial);
  if (!words) return;
  interrupt();
  line(words, true);
  say(words, true);
  input.value = "";
});

for (const key of document.querySelectorAll<HTMLButtonElement>("[data-key]")) {
  key.addEventListener("click", () => {
    interrupt();
    const digit = key.dataset["key"] ?? "";
    line(`${phone.dataset["toldKey"] ?? ""} ${digit}`, true);
    send({ type: "dtmf", digit });
  });
}

function hearMicrophone(): void {
  listening?.stop();
  listening = listen(locale, {
    partial: (words) => {
      interrupt();
      say(words, false);
    },
    final: (words) => {
      line(words, true);
      say(words, true);
    },
    failed: () => {
      listens.checked = false;
    },
  });
}

const canListen = listen.isThere();
aloud.disabled = !Speaker.isThere();
listens.disabled = !canListen;
find("[data-warning]").hidden = !canListen;
find("[data-silent]").hidden = canListen && Speaker.isThere();
aloud.addEventListener("change", () => {
  speaker.isAloud = aloud.checked;
  sound?.loud(aloud.checked);
});
listens.addEventListener("change", () => {
  if (!listens.checked) listening?.stop();
  else if (socket) hearMicrophone();
});
window.addEventListener("pagehide", () => socket?.close());

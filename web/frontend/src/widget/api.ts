// The chat over the wire. The token travels in a header only; the stream is read with fetch, so it is in no address either.

export interface Choice {
  id: string;
  label: string;
}

export interface Said {
  seq: number;
  author: "patient" | "bot" | "agent" | "system";
  name: string;
  text: string;
  choices: Choice[];
  at: string;
  language: string;
  delivery: string | null;
  /** Those with an id were sent by the clinic and can be fetched. */
  files: { type: string; state: string; id: string | null }[];
}

export interface Snapshot {
  messages: Said[];
  state: "bot" | "waiting" | "human" | "closed";
  working: boolean;
  /** From where to read on: not past what may still be taken back. */
  after: number;
  /** Numbers of what was shown and then taken back. */
  retracted: number[];
  /** Another one than before: every message has a new number, and reading begins again. */
  numbering: number;
}

export class Refused extends Error {
  constructor(readonly status: number) {
    super(`refused: ${status}`);
  }
}

const TOKEN = "poradnia-token";
let inMemory: string | null = null;

export function token(): string | null {
  try {
    return localStorage.getItem(TOKEN);
  } catch {
    return inMemory;
  }
}

function keep(value: string): void {
  inMemory = value;
  try {
    localStorage.setItem(TOKEN, value);
  } catch {
    // A browser that forbids storage still talks, until the page is closed.
  }
}

async function call(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const known = token();
  if (known) headers.set("Authorization", `Bearer ${known}`);
  const answer = await fetch(`/chat/${path}`, { ...init, headers });
  if (!answer.ok) throw new Refused(answer.status);
  return answer;
}

function json(body: object): RequestInit {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

export async function begin(language: string): Promise<Snapshot> {
  const answer = (await (await call("session", json({ language, token: token() }))).json()) as Snapshot & { token: string };
  keep(answer.token);
  return answer;
}

/** Goes on here with a conversation begun by SMS; refused (404) if its link was used, is too old or unknown. */
export async function goOn(link: string): Promise<Snapshot> {
  const answer = (await (await call("continue", json({ link }))).json()) as Snapshot & { token: string };
  keep(answer.token);
  return answer;
}

export async function read(after: number): Promise<Snapshot> {
  return (await (await call(`messages?after=${after}`)).json()) as Snapshot;
}

export async function write(id: string, text: string, choice: string | null, language: string): Promise<number> {
  const answer = await call("messages", json({ id, text, choice, language }));
  return ((await answer.json()) as { seq: number }).seq;
}

export async function attach(id: string, file: File, language: string): Promise<number> {
  const body = new FormData();
  body.append("file", file);
  const answer = await call(`files?id=${id}&language=${language}`, { method: "POST", body });
  return ((await answer.json()) as { seq: number }).seq;
}

export async function fetchFile(id: string): Promise<Blob> {
  return (await call(`files/${id}`)).blob();
}

export async function seen(seq: number): Promise<void> {
  await call("seen", json({ seq }));
}

/** Calls `news` whenever something may be new, and on every (re)connection; waits longer after each failure. */
export async function listen(news: () => void, isUp: (up: boolean) => void): Promise<never> {
  let pause = 500;
  for (;;) {
    try {
      const answer = await call("stream");
      const reader = answer.body?.getReader();
      if (!reader) throw new Refused(answer.status);
      pause = 500;
      isUp(true);
      const text = new TextDecoder();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        const events = (rest + text.decode(value, { stream: true })).split("\n\n");
        rest = events.pop() ?? "";
        if (events.some((event) => event.includes("data:"))) news();
      }
    } catch {
      isUp(false);
    }
    await new Promise((done) => setTimeout(done, pause + Math.random() * 250));
    pause = Math.min(pause * 2, 15_000);
  }
}

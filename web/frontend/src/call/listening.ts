// The browser's own recognition of speech, where it has one. Some browsers send the sound to their maker: the page says so before.

export interface Heard {
  partial: (words: string) => void;
  final: (words: string) => void;
  failed: () => void;
}

export interface Listening {
  stop: () => void;
  speak: (locale: string) => void;
}

interface Recognition extends EventTarget {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  start: () => void;
  stop: () => void;
}

interface Result {
  isFinal: boolean;
  0: { transcript: string };
}

function made(): (new () => Recognition) | undefined {
  const there = window as unknown as Record<string, new () => Recognition>;
  return there["SpeechRecognition"] ?? there["webkitSpeechRecognition"];
}

export function listen(locale: string, heard: Heard): Listening | undefined {
  const Made = made();
  if (!Made) return undefined;
  const recognition = new Made();
  let isOn = true;
  recognition.lang = locale;
  recognition.continuous = true;
  recognition.interimResults = true;
  recognition.addEventListener("result", (event) => {
    const { results, resultIndex } = event as unknown as { results: ArrayLike<Result>; resultIndex: number };
    for (let index = resultIndex; index < results.length; index += 1) {
      const result = results[index];
      const words = result?.[0].transcript.trim() ?? "";
      if (words) (result?.isFinal ? heard.final : heard.partial)(words);
    }
  });
  recognition.addEventListener("error", (event) => {
    const kind = (event as unknown as { error?: string }).error ?? "";
    if (kind === "no-speech" || kind === "aborted") return;
    isOn = false;
    heard.failed();
  });
  // It ends by itself after a while of silence, and after a change of language.
  recognition.addEventListener("end", () => {
    if (isOn) recognition.start();
  });
  recognition.start();
  return {
    stop: () => {
      isOn = false;
      recognition.stop();
    },
    speak: (next) => {
      recognition.lang = next;
      recognition.stop();
    },
  };
}

listen.isThere = (): boolean => made() !== undefined;

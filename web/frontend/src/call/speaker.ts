// Says what comes in pieces, one sentence after the other, aloud or as words that appear at a speaker's pace, and can be stopped in between.

const WORD_MS = 90;

export class Speaker {
  locale = "pl-PL";
  isAloud = false;
  private queue: { words: string; last: boolean }[] = [];
  private heard = "";
  private isSpeaking = false;
  private timer = 0;
  private generation = 0;
  private waiting: (() => void)[] = [];

  constructor(private readonly show: (heard: string, isDone: boolean) => void) {}

  static isThere(): boolean {
    return "speechSynthesis" in window && speechSynthesis.getVoices !== undefined;
  }

  add(words: string, last: boolean): void {
    this.queue.push({ words, last });
    if (!this.isSpeaking) this.next();
  }

  /** Be silent at once; what was heard of the words in hand, undefined if nothing was being said. */
  stop(): string | undefined {
    if (!this.isSpeaking) return undefined;
    this.generation += 1;
    window.clearTimeout(this.timer);
    if (Speaker.isThere()) speechSynthesis.cancel();
    const heard = this.heard.trim();
    this.queue = [];
    this.rest();
    return heard;
  }

  whenDone(act: () => void): void {
    if (this.isSpeaking) this.waiting.push(act);
    else act();
  }

  private rest(): void {
    this.isSpeaking = false;
    this.heard = "";
    for (const act of this.waiting.splice(0)) act();
  }

  private next(): void {
    const piece = this.queue.shift();
    if (!piece) {
      this.rest();
      return;
    }
    this.isSpeaking = true;
    const before = this.heard;
    const generation = this.generation;
    const done = (): void => {
      if (generation !== this.generation) return;
      this.heard = before + piece.words;
      this.show(this.heard, piece.last);
      if (piece.last) this.heard = "";
      this.next();
    };
    if (this.isAloud && Speaker.isThere()) this.aloud(piece.words, before, generation, done);
    else this.silently(piece.words.split(/(?<=\s)/), before, generation, done);
  }

  private silently(words: string[], before: string, generation: number, done: () => void): void {
    let count = 0;
    const step = (): void => {
      if (generation !== this.generation) return;
      count += 1;
      this.heard = before + words.slice(0, count).join("");
      this.show(this.heard, false);
      if (count >= words.length) done();
      else this.timer = window.setTimeout(step, WORD_MS);
    };
    step();
  }

  private aloud(words: string, before: string, generation: number, done: () => void): void {
    const said = new SpeechSynthesisUtterance(words);
    said.lang = this.locale;
    said.addEventListener("boundary", (event) => {
      if (generation !== this.generation) return;
      this.heard = before + words.slice(0, event.charIndex + (event.charLength || 0));
      this.show(this.heard, false);
    });
    said.addEventListener("end", done);
    // A browser without a voice says so: the words appear instead.
    said.addEventListener("error", () => {
      if (generation === this.generation) this.silently(words.split(/(?<=\s)/), before, generation, done);
    });
    speechSynthesis.speak(said);
  }
}

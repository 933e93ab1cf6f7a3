// A sound that the clinic has played to whoever waits, round after round; heard only where answers are read aloud.

export class Sound {
  private readonly audio: HTMLAudioElement;

  constructor(path: string, private rounds: number, isLoud: boolean) {
    this.audio = new Audio(path);
    this.audio.muted = !isLoud;
    this.audio.addEventListener("ended", () => {
      this.rounds -= 1;
      if (this.rounds > 0) this.start();
    });
    this.start();
  }

  loud(isLoud: boolean): void {
    this.audio.muted = !isLoud;
  }

  stop(): void {
    this.rounds = 0;
    this.audio.pause();
  }

  private start(): void {
    // A browser without the format, or one that plays nothing by itself: the page says in words that the sound is played.
    this.audio.play().catch(() => undefined);
  }
}

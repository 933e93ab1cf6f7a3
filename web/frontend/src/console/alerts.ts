// A red flag that was not there before may also be heard, if the agent has switched that on.
import { setting } from "./settings";

export function watchAlerts(): void {
  const place = document.querySelector("#alerts");
  const sound = setting("sound");
  let known = shown(place);
  document.addEventListener("htmx:after:swap", () => {
    const now = shown(place);
    if (sound.isOn() && [...now].some((id) => !known.has(id))) beep();
    known = now;
  });
}

function shown(place: Element | null): Set<string> {
  return new Set([...(place?.querySelectorAll("[data-alert]") ?? [])].map((one) => one.id));
}

export function beep(): void {
  const context = new AudioContext();
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = 660;
  volume.gain.setValueAtTime(0.15, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + 0.8);
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.8);
  tone.addEventListener("ended", () => void context.close());
}

// Switches of the help dialog, kept in this browser: shortcuts (on at first), sounds and notifications of the desktop (off at first).

const AT_FIRST: Record<string, boolean> = { keys: true, sound: false, desktop: false };

export function setting(name: "keys" | "sound" | "desktop"): { isOn: () => boolean } {
  const kept = localStorage.getItem(`poradnia ${name}`);
  const before = kept === null ? (AT_FIRST[name] ?? false) : kept === "on";
  const box = document.querySelector<HTMLInputElement>(`[data-setting="${name}"]`);
  if (box && !box.dataset["ready"]) {
    box.dataset["ready"] = "true";
    box.checked = before;
    box.addEventListener("change", () => localStorage.setItem(`poradnia ${name}`, box.checked ? "on" : "off"));
  }
  return { isOn: () => box?.checked ?? before };
}

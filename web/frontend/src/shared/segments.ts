// How an SMS is cut: the same rules as the service's (3GPP TS 23.038), so that the counter tells what will be sent.

const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const EXTENDED = new Set("^{}\\[~]|€\f");
const PLAIN = new Map([
  ["ł", "l"], ["Ł", "L"], ["„", '"'], ["”", '"'], ["“", '"'], ["’", "'"], ["‘", "'"], ["–", "-"], ["—", "-"],
  ["…", "..."], ["•", "-"], ["\u00a0", " "],
]);

export interface Segments {
  encoding: "GSM-7" | "UCS-2";
  units: number;
  count: number;
  limit: number;
}

export function measure(text: string): Segments {
  const characters = [...text];
  if (characters.every((one) => BASIC.has(one) || EXTENDED.has(one))) {
    const units = characters.reduce((sum, one) => sum + (EXTENDED.has(one) ? 2 : 1), 0);
    return sized("GSM-7", units, 160, 153);
  }
  return sized("UCS-2", text.length, 70, 67);
}

export function thrifty(text: string): string {
  const replaced = [...text].map((one) => PLAIN.get(one) ?? one).join("");
  const simple = replaced.normalize("NFKD").replace(/\p{M}/gu, "");
  return measure(simple).count < measure(text).count ? simple : text;
}

function sized(encoding: Segments["encoding"], units: number, alone: number, part: number): Segments {
  const count = units <= alone ? 1 : Math.ceil(units / part);
  return { encoding, units, count, limit: count === 1 ? alone : count * part };
}

// Lists as people type and paste them: addresses, ways of a service, times. Chinese punctuation is read as what was
// meant, cards in the spelling of any system. Whether an entry is a good one the box says. Pure.
import type { Member } from "./document";

/** Half-width, dots and dashes as in addresses. */
function plain(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/\d[\d.]*。[\d.。]*\d/g, dotted)
    .replace(/(?<=[0-9a-f:])[^\S\n]*(?:[-–—−~～]+|至|到)[^\S\n]*(?=[0-9a-f:])/gi, "-");
}

/** `192。168。10。7` is an address; behind four numbers a stop parts. */
function dotted(run: string): string {
  return run.split(/[.。]/).length <= 4 ? run.replaceAll("。", ".") : run;
}

/** Blanks, commas, stops and ends of lines part entries; bullets are none. */
export function entriesOf(text: string): string[] {
  const parts = plain(text).split(/[\s,，、;；。|]+/);
  return [...new Set(parts.filter((one) => one !== "" && !/^[-–—*•·]+$/.test(one)))];
}

export function addressesOf(text: string): string[] {
  return [...new Set(entriesOf(text).map(card))];
}

/** `52-54-00-67-00-01`, `5254.0067.0001` and `525400670001` as the box writes them. */
function card(text: string): string {
  const digits = text.replace(/[-:.]/g, "");
  const isCard = /^[0-9a-f]{12}$/i.test(digits) && /^(?:[0-9a-f]{2}([-:]?)(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4})$/i.test(text);
  return isCard ? (digits.toLowerCase().match(/../g) ?? []).join(":") : text;
}

export function groupsIn(members: Member[]): string[] {
  return members.flatMap((one) => (typeof one === "object" ? [one.group] : []));
}

export function textsIn(members: Member[]): string[] {
  return members.filter((one) => typeof one === "string");
}

/** `443`, `TCP 443` and `443/tcp` as the box writes them: TCP where nothing is said. */
export function waysOf(text: string): string[] {
  const joined = plain(text).replace(/\b(tcp|udp)[^\S\n]*[:/]?[^\S\n]*(?=\d)/gi, "$1/").replace(/(?<=\d)[^\S\n]*\/[^\S\n]*(?=tcp|udp)/gi, "/");
  const way = (entry: string) => {
    const lower = entry.toLowerCase();
    const turned = /^([\d-]+)\/(tcp|udp)$/.exec(lower);
    if (turned) return `${turned[2]}/${turned[1]}`;
    return /^\d+(-\d+)?$/.test(lower) ? `tcp/${lower}` : lower;
  };
  return [...new Set(entriesOf(joined).map(way))];
}

/** `ping`, `tcp/443` or `udp/5000-5010`, with ports from 1 to 65535 and the first not above the last. */
export function isWay(text: string): boolean {
  if (text === "ping") return true;
  const [, first, last] = /^(?:tcp|udp)\/([1-9]\d{0,4})(?:-([1-9]\d{0,4}))?$/.exec(text) ?? [];
  if (first === undefined) return false;
  const [from, to] = [Number(first), Number(last ?? first)];
  return from <= to && to <= 65_535;
}

/** `8`, `8:00`, `0800`, `８：００` and `8.30` as `08:00`; as it was typed when it is no time. */
export function timeOf(text: string): string {
  const typed = text.trim().normalize("NFKC");
  const found = /^(\d{1,2})(?:[:.点时](\d{2})?分?)?$/.exec(typed) ?? /^(\d{2})(\d{2})$/.exec(typed);
  if (!found) return text.trim();
  return `${(found[1] ?? "").padStart(2, "0")}:${found[2] ?? "00"}`;
}

export function isTime(text: string): boolean {
  return /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(text);
}

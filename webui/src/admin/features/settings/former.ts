// Settings of a former box on the cards of this one: which of them stand in for which of its ports. Pure.
import type { Document, Match } from "../zones/document";

export interface Card {
  match: Match;
  /** What it carries now has the internet. */
  isWan: boolean;
  /** Something is plugged in. */
  isLinked: boolean;
}

/** A port that has its card. */
interface Present {
  name: string;
  linked: boolean;
}

/** Cards that are here: those of ports, and those of none. */
export function cardsOf(now: Document, present: Present[], free: { mac?: string | null; path?: string | null; linked: boolean }[]): Card[] {
  const ports = Object.entries(now.ports).flatMap(([name, { match, role }]): Card[] => {
    const seen = present.find((port) => port.name === name);
    return seen === undefined ? [] : [{ match, isWan: role === "wan", isLinked: seen.linked }];
  });
  const others = free.flatMap(({ mac, path, linked }): Card[] => {
    const match = mac != null ? { mac } : path != null ? { path } : null;
    return match === null ? [] : [{ match, isWan: false, isLinked: linked }];
  });
  return [...ports, ...others];
}

export function nameOf(match: Match): string {
  return "mac" in match ? match.mac : match.path;
}

/** A card for each of the former ports, by the card's name; none where there are no more. Its own one if that is here; the
    internet stays where it is plugged in. */
export function guess(former: Document, cards: Card[]): Record<string, string> {
  const taken = new Set<string>();
  const found: Record<string, string> = {};
  const take = (port: string, card: Card | undefined) => {
    if (card === undefined || port in found) return;
    found[port] = nameOf(card.match);
    taken.add(nameOf(card.match));
  };
  const ports = Object.entries(former.ports).sort(([one], [other]) => one.localeCompare(other, "en", { numeric: true }));
  const isFree = (card: Card) => !taken.has(nameOf(card.match));
  for (const [port, { match }] of ports) take(port, cards.find((card) => nameOf(card.match) === nameOf(match)));
  for (const [port, { role }] of ports) if (role === "wan") take(port, cards.find((card) => card.isWan && isFree(card)));
  for (const [port, { role }] of ports) take(port, cards.find((card) => isFree(card) && (role === "wan" || !card.isWan)) ?? cards.find(isFree));
  return Object.fromEntries(ports.map(([port]) => [port, found[port] ?? ""]));
}

/** The former settings with these cards; a port without one stays as it was. */
export function withCards(former: Document, cards: Card[], chosen: Record<string, string>): Document {
  const ports = Object.entries(former.ports).map(([name, port]) => {
    const card = cards.find((one) => nameOf(one.match) === chosen[name]);
    return [name, card === undefined ? port : { ...port, match: card.match }] as const;
  });
  return { ...former, ports: Object.fromEntries(ports) };
}

/** Cards that two ports would have. */
export function twice(chosen: Record<string, string>): string[] {
  const names = Object.values(chosen).filter((name) => name !== "");
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

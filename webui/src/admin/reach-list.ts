// Between the list the server speaks (`reachableFrom`) and what a person picks for each zone. Pure.
import { isObject } from "../api/client";
import type { FieldError } from "../api/problem";
import type { ReachableFrom } from "./api";

export interface Choice {
  zone: string;
  who: "all" | "some" | "nobody";
  /** One address or range a line, kept while another choice is tried. */
  addresses: string;
}

/** An address or range as it was typed, and in which line, from 1. */
export interface Entry {
  text: string;
  line: number;
}

/** What the server said of a zone. */
export interface Refused {
  /** Of the choice as a whole. */
  whole: string[];
  /** Of single entries, the first ones, by what is wrong with them: what is to be said stands there once. */
  faults: { reason: string; entries: Entry[] }[];
  /** Entries refused besides. */
  more: number;
}

/** Entries whose fault is told; the others are counted. */
const TOLD = 5;
const WHO = ["all", "some", "nobody"];

export function choicesOf(zones: string[], reachable: ReachableFrom[]): Choice[] {
  const all = [...new Set([...zones, ...reachable.map((one) => one.zone)])];
  return all.map((zone) => {
    const found = reachable.find((one) => one.zone === zone);
    if (!found) return { zone, who: "nobody", addresses: "" };
    if (found.addresses === "all") return { zone, who: "all", addresses: "" };
    return { zone, who: "some", addresses: found.addresses.join("\n") };
  });
}

/** A draft for the zones that are asked about now: each has its choice from the draft, else what the box says. */
export function mergedChoices(box: Choice[], draft: Choice[]): Choice[] {
  return box.map((one) => draft.find((kept) => kept.zone === one.zone) ?? one);
}

/** Whether it is a choice that was kept, and nothing else. */
export function isChoice(value: unknown): value is Choice {
  return isObject(value) && typeof value.zone === "string" && typeof value.addresses === "string" && WHO.includes(value.who as string);
}

/** Nobody of a zone is left out. */
export function reachOf(choices: Choice[]): ReachableFrom[] {
  return choices.flatMap((choice): ReachableFrom[] => {
    if (choice.who === "nobody") return [];
    if (choice.who === "all") return [{ zone: choice.zone, addresses: "all" }];
    return [{ zone: choice.zone, addresses: entriesOf(choice.addresses).map((one) => one.text) }];
  });
}

/** Blanks and commas part entries, too. */
export function entriesOf(addresses: string): Entry[] {
  return addresses.split("\n").flatMap((text, index) =>
    text
      .split(/[\s,，、;；]+/)
      .filter((one) => one !== "")
      .map((one) => ({ text: one, line: index + 1 })),
  );
}

/** Some addresses are to be let in, and none is typed: that would let in nobody. */
export function lacksAddresses(choice: Choice): boolean {
  return choice.who === "some" && entriesOf(choice.addresses).length === 0;
}

/** What the server said of the zone that stands at `pointer` in what was sent. */
export function refusedOf(errors: FieldError[], pointer: string, choice: Choice): Refused {
  const entries = entriesOf(choice.addresses);
  const refused: Refused = { whole: [], faults: [], more: 0 };
  const told = new Set<number>();
  for (const { field, message } of errors) {
    if (field !== pointer && !field.startsWith(`${pointer}/`)) continue;
    const [, list, index] = field.slice(pointer.length).split("/");
    const entry = list === "addresses" && index !== undefined ? entries[Number(index)] : undefined;
    if (entry === undefined) {
      if (!refused.whole.includes(message)) refused.whole.push(message);
    } else if (!told.has(Number(index))) {
      told.add(Number(index));
      const same = refused.faults.find((one) => one.reason === message);
      if (told.size > TOLD) refused.more += 1;
      else if (same) same.entries.push(entry);
      else refused.faults.push({ reason: message, entries: [entry] });
    }
  }
  return refused;
}

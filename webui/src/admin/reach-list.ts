// Between the list the server speaks (`reachableFrom`) and what a person picks for each zone. Pure.
import type { ReachableFrom } from "./api";

export interface Choice {
  zone: string;
  who: "all" | "some" | "nobody";
  /** One address or range a line, kept while another choice is tried. */
  addresses: string;
}

export function choicesOf(zones: string[], reachable: ReachableFrom[]): Choice[] {
  const all = [...new Set([...zones, ...reachable.map((one) => one.zone)])];
  return all.map((zone) => {
    const found = reachable.find((one) => one.zone === zone);
    if (!found) return { zone, who: "nobody", addresses: "" };
    if (found.addresses === "all") return { zone, who: "all", addresses: "" };
    return { zone, who: "some", addresses: found.addresses.join("\n") };
  });
}

/** Nobody of a zone is left out; blank lines, commas and blanks part addresses. */
export function reachOf(choices: Choice[]): ReachableFrom[] {
  return choices.flatMap((choice): ReachableFrom[] => {
    if (choice.who === "nobody") return [];
    if (choice.who === "all") return [{ zone: choice.zone, addresses: "all" }];
    return [{ zone: choice.zone, addresses: choice.addresses.split(/[\s,，、;；]+/).filter((one) => one !== "") }];
  });
}

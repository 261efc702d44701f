import { expect, test } from "vitest";
import { cardsOf, guess, twice, withCards } from "../src/admin/features/settings/former";
import type { Document } from "../src/admin/features/zones/document";

const mac = (last: number) => ({ mac: `52:54:00:67:00:0${last}` });
const office = { access: "office" };

const documentWith = (ports: Document["ports"]) => ({ version: 1, ports, zones: {}, policies: [] }) as unknown as Document;
const former = documentWith({ "lan-1": { match: mac(2), role: office }, "lan-10": { match: mac(4), role: office }, "lan-9": { match: mac(3), role: office }, wan: { match: mac(1), role: "wan" } });

test("on the box that it was each port keeps its card", () => {
  const cards = cardsOf(former, Object.keys(former.ports).map((name) => ({ name, linked: true })), []);
  expect(guess(former, cards)).toEqual({ "lan-1": mac(2).mac, "lan-9": mac(3).mac, "lan-10": mac(4).mac, wan: mac(1).mac });
});

test("on another one the internet stays where it is, and others come in their order", () => {
  const now = documentWith({ a: { match: mac(6), role: office }, b: { match: mac(7), role: "wan" }, gone: { match: mac(5), role: office } });
  const cards = cardsOf(now, [{ name: "a", linked: true }, { name: "b", linked: false }], [{ mac: null, path: "pci-0000:00:05.0", linked: true }, { mac: null, path: null, linked: true }]);
  expect(cards.map((card) => card.isLinked)).toEqual([true, false, true]);
  const chosen = guess(former, cards);
  expect(chosen).toEqual({ wan: mac(7).mac, "lan-1": mac(6).mac, "lan-9": "pci-0000:00:05.0", "lan-10": "" });
  const next = withCards(former, cards, chosen);
  expect(next.ports).toEqual({ "lan-1": { match: mac(6), role: office }, "lan-9": { match: { path: "pci-0000:00:05.0" }, role: office }, "lan-10": { match: mac(4), role: office }, wan: { match: mac(7), role: "wan" } });
});

test("a card is one port's alone", () => {
  expect(twice({ a: "x", b: "y", c: "" , d: "" })).toEqual([]);
  expect(twice({ a: "x", b: "x", c: "y" })).toEqual(["x"]);
});

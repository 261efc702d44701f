// What the page proposes for a new zone or port, so that most people need to type a name only. Pure.
import { addressOf, type Document, meets, numberOf } from "./document";

/** As many characters as the box takes. */
const ZONE_MOST = 12;
const PORT_MOST = 15;
const RESERVED = ["all", "any", "box", "internet", "none", "vpn", "wan"];
const VLAN_MOST = 4094;

/** The next round number that no zone has. */
export function freeVlan(document: Document): number {
  const taken = new Set(Object.values(document.zones).map((zone) => zone.vlan));
  for (let vlan = 10; vlan <= VLAN_MOST; vlan += 10) if (!taken.has(vlan)) return vlan;
  for (let vlan = 1; vlan <= VLAN_MOST; vlan += 1) if (!taken.has(vlan)) return vlan;
  return 1;
}

/** The box's address in a /24 that meets no zone and no route, with the VLAN's number in it where that is possible. */
export function freeAddress(document: Document, vlan: number): string {
  const routes = (document.routes ?? []).map((one) => one.network);
  const taken = [...Object.values(document.zones).flatMap((zone) => (zone.ipv4 === undefined ? [] : [zone.ipv4.address])), ...routes];
  const thirds = [...(vlan <= 255 ? [vlan] : []), ...Array.from({ length: 246 }, (_, index) => index + 10)];
  const free = (third: number) => {
    const address = `192.168.${third}.1`;
    return taken.every((one) => !meets(one, `${address}/24`));
  };
  return `192.168.${thirds.find(free) ?? 250}.1/24`;
}

/** Addresses to give out: the middle of the subnet, and none that is the box's. Null for no subnet, or one too small. */
export function dhcpOf(address: string): { from: string; to: string } | null {
  const [host, length] = address.split("/");
  const [router, bits] = [numberOf(host ?? ""), Number(length)];
  if (router === null || !(bits >= 16 && bits <= 28)) return null;
  const size = 2 ** (32 - bits);
  const first = Math.floor(router / size) * size;
  let [from, to] = bits <= 24 ? [first + 100, first + 199] : [first + Math.floor(size / 2), first + size - 2];
  if (router >= from && router <= to) [from, to] = router - from > to - router ? [from, router - 1] : [router + 1, to];
  return { from: addressOf(from), to: addressOf(to) };
}

/** A name for the document out of what people call the zone: the Latin part of it, else the VLAN. */
export function zoneName(document: Document, label: string, vlan: number): string {
  const latin = label
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "")
    .slice(0, ZONE_MOST)
    .replace(/-+$/, "");
  const plain = latin.length > 1 && !RESERVED.includes(latin) ? latin : `zone-${vlan}`;
  return free(plain, Object.keys(document.zones), ZONE_MOST);
}

export function portName(document: Document): string {
  const names = Object.keys(document.ports);
  for (let number = 1; ; number += 1) if (!names.includes(`lan-${number}`)) return free(`lan-${number}`, names, PORT_MOST);
}

function free(name: string, taken: string[], most: number): string {
  if (!taken.includes(name)) return name;
  for (let number = 2; ; number += 1) {
    const end = `-${number}`;
    const next = name.slice(0, most - end.length) + end;
    if (!taken.includes(next)) return next;
  }
}

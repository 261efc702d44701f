// Sources that nobody has who comes from the internet: addresses that are given to nobody there, and those of no zone
// of ours. Told while they are typed; the box says the same in the
// review. Pure.
import { type Document, isInside } from "../zones/document";

/** RFC 6890 and its registry, as in the box (settings, egress.rs). */
const NOT_INTERNET = [
  "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
  "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
];

/** Of these entries, as they are written in a list of sources. */
export function nowhereOf(document: Document, entries: string[]): string[] {
  const subnets = [...Object.values(document.zones).flatMap((zone) => zone.ipv4?.address ?? []), ...(document.routes ?? []).map((one) => one.network)];
  return entries.filter((entry) => (entry.includes(":") ? isNowhere6(entry) : isNowhere4(entry, subnets)));
}

function isNowhere4(entry: string, subnets: string[]): boolean {
  const [first = "", last = first] = entry.split("-");
  const [start = "", length = "32"] = first.split("/");
  const within = (network: string) => {
    const holds = isInside(network, start) && isInside(network, last.split("/")[0] ?? "");
    return holds && Number(length) >= Number(network.split("/")[1]);
  };
  const meets = (network: string) => within(network) || isInside(`${start}/${length}`, network.split("/")[0] ?? "");
  return NOT_INTERNET.some(within) && !subnets.some(meets);
}

/** Only 2000::/3 is given out; of it, some stand for others or for examples. Our own zones have addresses of fd00::/8. */
function isNowhere6(entry: string): boolean {
  const [one = "0", other = "0"] = entry.toLowerCase().split(/[:/]/);
  const [first, second] = [Number.parseInt(one || "0", 16), Number.parseInt(other || "0", 16)];
  if (first >> 8 === 0xfd) return false;
  if (first >> 13 !== 1) return !/\/[012]$/.test(entry);
  return first === 0x2002 || (first === 0x3fff && second < 0x1000) || (first === 0x2001 && (second < 0x200 || second === 0xdb8));
}

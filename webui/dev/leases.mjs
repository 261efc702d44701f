// The fixture's leases: ten thousand in one zone, a few in another; paged and searched as the box does.
const DAY = 86_400_000;
const NAMES = ["reception-pc", "printer", "Lager_Scanner", "till-2", "陈", null, "meeting-room", "a-very-long-name-that-somebody-gave-to-the-projector-on-floor-2", null, "macbook-anna"];

const two = (number) => number.toString(16).padStart(2, "0");
const lease = (zone, subnet, number) => ({
  zone,
  address: `${subnet}.${(number >> 8) + 10}.${number & 255}`,
  mac: `52:54:00:${two(zone.length)}:${two(number >> 8)}:${two(number & 255)}`,
  name: NAMES[number % NAMES.length] && (number < 11 ? NAMES[number % NAMES.length] : `${NAMES[number % NAMES.length]}-${number}`).toLowerCase().replace("陈", "pc-chen"),
  expires: number % 37 === 0 ? null : new Date(Date.now() + ((number * 7919) % 1000) * (DAY / 2000)).toISOString(),
});

export function makeLeases(document) {
  const all = [...Array.from({ length: 12 }, (_, index) => lease("guest", "192.168", 5121 + index)), ...Array.from({ length: 10_000 }, (_, index) => lease("office", "192.168", index + 2))];
  return (query) => {
    const search = (query.get("search") ?? "").toLowerCase();
    const zone = query.get("zone");
    const fixed = (one) => (document().zones[one.zone]?.reservations ?? []).some(({ mac }) => mac === one.mac);
    const found = all.filter((one) => (!zone || one.zone === zone) && [one.address, one.mac, one.name ?? ""].some((text) => text.includes(search)));
    const from = Number(query.get("cursor") ?? 0);
    const limit = Number(query.get("limit") ?? 50);
    return { items: found.slice(from, from + limit).map((one) => ({ ...one, fixed: fixed(one) })), total: found.length, next: from + limit < found.length ? String(from + limit) : null };
  };
}

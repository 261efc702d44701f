// The fixture's block lists: one in force, one whose server fails, one that lost most of it; what was blocked lately.
const minute = 60_000;
const ago = (minutes) => new Date(Date.now() - minutes * minute).toISOString();
const STEVEN = "https://raw.githubusercontent.com/StevenBlack/hosts/master/hosts";
const BROKEN = "https://lists.a-very-long-name-of-a-server.example.net/some/path/that/goes/on/and/on/domains.txt";
const SHRANK = "https://small.oisd.nl/domainswild2";

export const BLOCKING = { lists: { "Steven Black": STEVEN, "恶意网站（内部维护）": BROKEN, "OISD Small": SHRANK }, zones: { guest: ["Steven Black", "恶意网站（内部维护）"] }, allow: ["needed.example.com"], block: ["ads.example.com"] };
export const BLOCKING_WAYS = [STEVEN, BROKEN, SHRANK].map((address) => ({ for: "admin", to: new URL(address).host, protocol: "tcp", port: 443 }));

export function blockingWords(before, after, say) {
  if (JSON.stringify(before.blocking) === JSON.stringify(after.blocking)) return [];
  return [say("What is blocked is another: the box says it in one sentence for each thing.", "屏蔽的内容有变：本机会逐条说明。")];
}

export function makeBlocking(documentNow) {
  const fetches = { [BROKEN]: { fetching: false, tried: ago(4), next: ago(-6), failure: { why: "status", detail: "404" } }, [SHRANK]: { fetching: false, tried: ago(30), next: ago(-30), failure: { why: "shrank", detail: null } } };
  const idle = { fetching: false, tried: ago(200), next: ago(-1300), failure: null };
  return (method, path, query, body) => {
    const blocking = documentNow().blocking ?? {};
    if (method === "GET" && path === "/blocking") {
      const lists = Object.entries(blocking.lists ?? {}).map(([name, address]) => ({ name, address, names: address === BROKEN ? null : address === STEVEN ? 154_302 : 43_120, odd: address === STEVEN ? 3 : 0, fetched: address === BROKEN ? null : ago(1500), checked: address === BROKEN ? null : ago(200), fetch: fetches[address] ?? idle }));
      const zones = Object.keys(blocking.zones ?? {}).map((zone) => ({ zone, names: 154_303, spared: ["pool.ntp.org"], noRoom: [], down: false }));
      const one = (zone, name, times, last, why) => ({ zone, name, times, last: ago(last), why });
      const lately = Object.keys(blocking.zones ?? {}).length === 0 ? [] : [
        one("guest", "telemetry.app.a-very-long-name-of-an-advertiser.example.net", 1204, 0, { kind: "lists", by: "a-very-long-name-of-an-advertiser.example.net", lists: ["Steven Black"] }),
        one("guest", "ads.example.com", 3, 2, { kind: "own", by: "ads.example.com", lists: [] }),
        one("guest", "cdn.needed.example.com", 1, 40, { kind: "allowed", by: "needed.example.com", lists: [] }),
      ];
      return [200, { lists, zones, lately, since: ago(4000) }];
    }
    if (method === "GET" && path === "/blocking/name") {
      const name = (query.get("name") ?? "").trim().toLowerCase();
      if (!name.includes(".")) return [422, { type: "urn:gatehouse:problem:invalid", title: "One field", status: 422, detail: "One field", errors: [{ field: "/name", code: "domain-name", message: "This is no domain name. Type one like ads.example.com." }] }];
      return [200, { name, zones: Object.keys(blocking.zones ?? {}).map((zone) => ({ zone, why: { kind: "lists", by: name, lists: ["Steven Black"] } })) }];
    }
    if (method === "POST" && path === "/blocking/fetch") {
      fetches[body.address] = { ...idle, fetching: true };
      return [204];
    }
    return null;
  };
}

// The fixture's destinations of the box's own programs: some in use, a name that leads inside, one that is not there, and
// what is asked for.
const minute = 60_000;
const ago = (minutes) => new Date(Date.now() - minutes * minute).toISOString();

export const EGRESS = [
  { for: "admin", to: "smtp.example.com", protocol: "tcp", port: 465, note: "Alerts by mail" },
  { for: "crm", to: "smtp.example.com", protocol: "tcp", port: 465, reason: "Send invoices / 寄账单" },
  { for: "admin", to: "192.168.10.20", protocol: "tcp", port: 22, note: "备份到办公室的 NAS" },
  { for: "admin", to: "a-very-long-bucket-name-that-somebody-chose.s3.eu-central-1.storage.example.com", protocol: "tcp", port: 443 },
  { for: "crm", to: "hooks.evil.example", protocol: "tcp", port: 443 },
  { for: "admin", to: "gone.example.net", protocol: "tcp", port: 443 },
];

const NAMES = {
  "smtp.example.com": { state: "found", addresses: ["93.184.216.34", "2606:2800:220:1::1946"], refused: [], asked: ago(2) },
  "a-very-long-bucket-name-that-somebody-chose.s3.eu-central-1.storage.example.com": { state: "found", addresses: Array.from({ length: 9 }, (_, index) => `52.219.170.${index + 10}`), refused: [], asked: ago(0) },
  "hooks.evil.example": { state: "refused", addresses: [], refused: ["192.168.10.5", "169.254.169.254"], asked: ago(1) },
  "gone.example.net": { state: "nothing", addresses: [], refused: [], asked: ago(1) },
};
const WAITING = { state: "waiting", addresses: [], refused: [], asked: null };

export function makeEgress(document) {
  let wanted = [
    { id: "aa11", for: "crm", to: "api.courier.example", protocol: "tcp", port: 443, reason: "Track parcels that customers ask about", since: ago(3000), last: ago(12), times: 48, declined: null },
    { id: "bb22", for: "crm", to: "pool.ntp.example", protocol: "udp", port: 123, reason: null, since: ago(60), last: ago(60), times: 1, declined: null },
    { id: "cc33", for: "admin", to: "telemetry.example", protocol: "tcp", port: 443, reason: null, since: ago(9000), last: ago(4), times: 900, declined: ago(800) },
  ];
  return (method, path, body) => {
    if (method === "GET" && path === "/egress") {
      const list = document().egress ?? [];
      const is = (one) => list.some((other) => ["for", "to", "protocol", "port"].every((field) => one[field] === other[field]));
      wanted = wanted.filter((one) => !is(one));
      const destinations = list.map((one, index) => ({
        for: one.for, to: one.to, protocol: one.protocol, port: one.port,
        zone: one.to.startsWith("192.168.") ? "office" : null,
        hits: index < 3 ? 1284 >> (index * 3) : 0,
        lastUsed: index < 3 ? ago(index * 700 + 4) : null,
        countedSince: ago(20_000),
        name: /^[0-9.:/a-f]+$/.test(one.to) ? null : (NAMES[one.to] ?? WAITING),
      }));
      return [200, { destinations, wanted }];
    }
    if (method === "POST" && path === "/egress/decline") {
      wanted = wanted.map((one) => (one.id === body.id ? { ...one, declined: ago(0) } : one));
      return [204];
    }
    return null;
  };
}

/** What differs, in words. */
export function egressWords(before, after, say) {
  const [was, now] = [before.egress ?? [], after.egress ?? []];
  const same = (one) => (other) => ["for", "to", "protocol", "port"].every((field) => one[field] === other[field]);
  const who = (one) => (one.for === "crm" ? ["the CRM", " CRM "] : ["the admin application", "管理端"]);
  const said = [];
  for (const one of now.filter((one) => !was.some(same(one)))) said.push(say(`From now on ${who(one)[0]} may reach ${one.to} on the internet, ${one.protocol.toUpperCase()} ${one.port}.`, `现在允许${who(one)[1]}访问互联网上的 ${one.to}（${one.protocol.toUpperCase()} ${one.port}）。`));
  for (const one of was.filter((one) => !now.some(same(one)))) said.push(say(`${one.to}, ${one.protocol.toUpperCase()} ${one.port}, is no longer open to ${who(one)[0]}.`, `不再允许${who(one)[1]}访问 ${one.to}（${one.protocol.toUpperCase()} ${one.port}）。`));
  for (const one of now) {
    const former = was.find(same(one));
    if (former && former.note !== one.note) said.push(say(`Beside ${one.to} the note now says “${one.note}”.`, `${one.to} 的备注现在是“${one.note}”。`));
  }
  return said;
}

/** What the box would refuse. */
export function egressFaults(document, say) {
  return (document.egress ?? []).flatMap((one, index) => {
    const at = `/document/egress/${index}/to`;
    if (/^(10|127|169\.254)\./.test(one.to)) return [{ field: at, code: "egress-not-internet", message: say(`shares addresses with ${one.to}, which is no place on the internet; a device in a zone of the box is named by its address there`, `与 ${one.to} 重叠，那里不是互联网；要指本机分区中的设备，请填写它在分区中的地址`) }];
    if (!/[.:]/.test(one.to)) return [{ field: at, code: "domain-name-invalid", message: say("must be a name such as mail.example.com (lower case letters, digits and dashes, at least one dot), or an address such as 9.9.9.9", "应为名称，例如 mail.example.com（小写字母、数字和连字符，至少含一个点），或地址，例如 9.9.9.9") }];
    return [];
  });
}

// The fixture's network: devices, connections, what was refused, ports and traffic, many of each.
const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();
const hex = (number) => number.toString(16).padStart(2, "0");

const NAMED = [
  ["Reception-PC", "Dell Inc.", "office"],
  ["王芳的手机", null, "office"],
  ["printer-2f", "Brother Industries, Ltd.", "office"],
  [null, "Hikvision Digital Technology Co.,Ltd.", "guest"],
  [null, null, "guest"],
  ["NAS", "Synology Incorporated", "office"],
];

export function makeSeen() {
  const devices = Array.from({ length: 180 }, (_, index) => {
    const [name, vendor, zone] = NAMED[index] ?? [index % 3 === 0 ? `laptop-${index}` : null, index % 2 === 0 ? "Intel Corporate" : null, index % 4 === 0 ? "guest" : "office"];
    const net = zone === "office" ? 10 : 30;
    return {
      mac: `${vendor === null ? "da" : "3c"}:52:a1:00:${hex(index >> 8)}:${hex(index & 255)}`,
      name, vendor, madeUp: vendor === null, zone,
      addresses: [`192.168.${net}.${20 + (index % 200)}`, ...(index % 5 === 0 ? [`fd12:3456:789a:${net}::${index.toString(16)}`, `fe80::3e52:a1ff:fe00:${index.toString(16)}`] : [])],
      port: zone === "office" ? "lan1" : "lan3", firstSeen: ago(86_400 * (index + 1)), lastSeen: ago(index < 60 ? 20 : index * 4000), here: index < 60, new: index === 3 || index === 4, quarantined: index === 5, mine: index === 0,
      lease: ago(-3600 * 8),
    };
  });
  const end = (device) => ({ zone: device.zone, mac: device.mac, name: device.name });
  const wan = { zone: "wan", mac: null, name: null };
  const PORTS = [[6, "tcp", 443], [17, "udp", 53], [6, "tcp", 445], [17, "udp", 443], [1, "icmp", 2048], [6, "tcp", 51413]];
  const connections = Array.from({ length: 900 }, (_, index) => {
    const device = devices[index % 70];
    const [number, protocol, port] = PORTS[index % PORTS.length];
    const inside = index % 6 === 2;
    const target = devices[2];
    return {
      key: { id: index + 1, protocol: number, source: device.addresses[0], sourcePort: 40_000 + index, destination: inside ? target.addresses[0] : `203.0.113.${index % 250}`, destinationPort: port },
      from: end(device), to: inside ? end(target) : wan, answers: inside ? target.addresses[0] : `203.0.113.${index % 250}`, protocol, sent: Math.round(8e7 / (index + 1)), received: Math.round(9e8 / (index + 1)), age: index * 7, answered: index % 9 !== 0,
    };
  });
  const why = [
    ["crm-address", 0, "crm", "192.168.20.2", 443], ["no-policy", 3, "office", "192.168.10.22", 445], ["web-only", 4, "wan", "198.51.100.7", 25], ["box-pages", 4, null, "192.168.30.1", 443],
    ["quarantined", 5, "wan", "203.0.113.9", 443], ["crm-zone", 3, "crm", "192.168.20.2", 80], ["box-service", 0, null, "192.168.10.1", 22], ["stray", 1, "wan", "203.0.113.80", 443], ["rule", 2, "wan", "203.0.113.81", 9100], ["rule", 4, "wan", "203.0.113.82", 22], ["no-such-network", 1, "office", null, 0], ["own-zone", 1, "office", "192.168.10.22", 445],
    ["rogue-dhcp", 2, "office", null, 68], ["rogue-router", 4, "guest", null, 34_304],
  ];
  const refused = [
    ...why.map(([reason, device, zone, destination, port], index) => ({ from: end(devices[device]), source: devices[device].addresses[0], to: { zone, mac: null, name: null }, destination, protocol: "tcp", port, why: reason, rule: reason === "rule" ? "rule_7" : null, ruleDid: reason === "rule" ? { id: 7, action: index % 2 === 0 ? "block" : "allow", comment: "Lena 的打印机" } : null, at: reason.startsWith("rogue") ? "office" : null, count: 12 * index + 1, first: ago(9000), last: ago(60 * index) })),
    { from: end(devices[3]), source: devices[3].addresses[0], to: { zone: null, mac: null, name: null }, destination: null, protocol: "0", port: 0, why: "no-policy", rule: null, ruleDid: null, at: null, count: 48_211, first: ago(4000), last: ago(700) },
  ];
  const wave = (scale, phase) => Array.from({ length: 60 }, (_, minute) => Math.round(scale * (1.2 + Math.sin((minute + phase) / 7)) * (minute % 17 === phase % 17 ? 3 : 1)));
  const page = (all, query) => {
    const from = Number(query.get("cursor") ?? 0), limit = Number(query.get("limit") ?? 50);
    return { items: all.slice(from, from + limit), next: from + limit < all.length ? String(from + limit) : null };
  };
  const text = (one) => JSON.stringify(one).toLowerCase();
  const choose = (all, query, zones, macs) =>
    all.filter((one) => text(one).includes((query.get("find") ?? "").toLowerCase()) && (!query.get("zone") || zones(one).includes(query.get("zone"))) && (!query.get("device") || macs(one).includes(query.get("device"))));
  return (method, path, query, body) => {
    const at = `${method} ${path}`;
    if (at === "GET /devices") {
      const show = query.get("show");
      const all = choose(devices, query, (one) => [one.zone], (one) => [one.mac]).filter((one) => show === "new" ? one.new : show === "quarantined" ? one.quarantined : true);
      const counts = { chosen: all.length, all: devices.length, here: devices.filter((one) => one.here).length, new: devices.filter((one) => one.new).length, quarantined: 1, room: 20_000 };
      return [200, { ...page(all, query), counts }];
    }
    if (at === "POST /devices/known") {
      const these = devices.filter((one) => one.new && (body.macs.length === 0 || body.macs.includes(one.mac)));
      these.forEach((one) => (one.new = false));
      return [200, { count: these.length }];
    }
    if (at === "POST /devices/forget") return [200, { count: devices.splice(devices.findIndex((one) => one.mac === body.mac), 1).length }];
    if (at === "GET /connections") {
      const all = choose(connections, query, (one) => [one.from.zone, one.to.zone], (one) => [one.from.mac, one.to.mac]);
      if (query.get("order") === "newest") all.sort((one, other) => one.age - other.age);
      return [200, { ...page(all, query), chosen: all.length, all: connections.length, room: 65_536 }];
    }
    if (at === "POST /connections/end") {
      const before = connections.length;
      for (let index = before - 1; index >= 0; index -= 1) {
        const one = connections[index];
        if (body.connection ? one.key.id === body.connection.id : one.from.mac === body.device || one.to.mac === body.device) connections.splice(index, 1);
      }
      return [200, { count: before - connections.length }];
    }
    if (at === "GET /refused") {
      const all = choose(refused, query, (one) => [one.from.zone, one.to.zone], (one) => [one.from.mac]);
      return [200, { ...page(all, query), chosen: all.length, all: refused.length, since: ago(40_000), lost: true }];
    }
    if (at === "GET /links") {
      const port = (name, zones, more) => ({ name, interface: `enp${name}`, zones, linked: true, speed: 1000, fullDuplex: true, received: 8.1e9, sent: 3.2e10, errors: 0, changes: 3, devices: 12, ...more });
      return [200, { ports: [port("lan1", ["office"], {}), port("lan2", ["office"], { linked: false, speed: null, fullDuplex: null, received: 0, sent: 0, devices: 0 }), port("lan3", ["guest"], { speed: 100, fullDuplex: false, errors: 1204 }), port("trunk", ["office", "guest", "crm"], { interface: null, linked: false, speed: null, fullDuplex: null, changes: null, devices: 0 }), port("wan", ["wan"], { devices: 0 })] }];
    }
    if (at === "GET /traffic") {
      if (query.get("device")) return [200, { until: ago(20), series: [{ zone: "", down: wave(4e6, 5), up: wave(4e5, 9) }], most: [] }];
      const most = devices.slice(0, 6).map((one, index) => ({ mac: one.mac, name: one.name, zone: one.zone, down: Math.round(2.1e9 / (index + 1)), up: Math.round(9e7 / (index + 1)) }));
      return [200, { until: ago(20), series: [["crm", 2e5], ["guest", 6e6], ["office", 4e7], ["wan", 4.4e7]].map(([zone, scale], index) => ({ zone, down: wave(scale, index * 5), up: wave(scale / 9, index * 3) })), most }];
    }
    return null;
  };
}

// The fixture's rules: what a document has of them, what was counted and found, and how changes of them are said.
const WAYS = {
  web: ["tcp/80", "tcp/443", "udp/443"], mail: ["tcp/25", "tcp/465", "tcp/587", "tcp/993", "tcp/995"], dns: ["udp/53", "tcp/53", "tcp/853"], time: ["udp/123"], ping: ["ping"], ssh: ["tcp/22"],
  "remote-desktop": ["tcp/3389", "udp/3389"], vnc: ["tcp/5900-5909"], "file-sharing": ["tcp/445", "tcp/2049"], ftp: ["tcp/21"], printing: ["tcp/631", "tcp/9100", "tcp/515"], sip: ["udp/5060", "tcp/5060", "tcp/5061"],
  camera: ["tcp/554", "udp/554"], mqtt: ["tcp/1883", "tcp/8883"], mysql: ["tcp/3306"], postgresql: ["tcp/5432"], "sql-server": ["tcp/1433", "udp/1434"],
};
const STARTED = Date.now();
const side = (zones, addresses = "all") => ({ zones, addresses });

export const RULES = {
  rules: [
    { id: 1, action: "allow", from: side(["office"]), to: side(["guest"], ["192.168.30.7"]), services: ["printing"], comment: "The printer in the waiting room" },
    { id: 2, action: "block", from: side(["office"], [{ group: "前台" }, "192.168.10.20-192.168.10.29"]), to: side(["wan"]), services: ["remote-desktop", "Till 收银"], schedule: "营业时间", log: true },
    { id: 5, action: "reject", from: side("all"), to: side("all"), services: ["ftp"] },
    { id: 3, action: "allow", from: side(["guest"], ["52:54:00:67:00:99"]), to: side(["office"], [{ group: "Servers" }]), services: "all", enabled: false },
    { id: 4, action: "allow", from: side(["guest"]), to: side(["wan"]), services: ["web"] },
  ],
  services: { "Till 收银": ["tcp/7000-7009", "ping"] },
  groups: { "前台": ["192.168.10.7", "52:54:00:67:00:10"], Servers: ["192.168.10.2", "192.168.10.3", { group: "前台" }], Empty_of_use: ["10.0.0.1"] },
  schedules: { "营业时间": [{ days: ["mon", "tue", "wed", "thu", "fri"], from: "08:00", to: "18:00" }, { days: ["sat"], from: "09:00", to: "12:30" }], Night: [{ days: ["fri", "sat"], from: "22:00", to: "06:00" }] },
  time_zone: "Asia/Shanghai",
};

/** So many that a page could become slow. */
export function manyRules(count) {
  const services = Object.keys(WAYS);
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1, action: ["allow", "block", "reject"][index % 3], from: side(["office"], [`192.168.10.${1 + (index % 250)}`]), to: side(index % 2 ? ["guest"] : ["wan"]), services: [services[index % services.length]],
    ...(index % 7 === 0 ? { comment: `Note ${index}` } : {}),
  }));
}

export function rulesNow(document, language) {
  const chinese = language === "zh-CN";
  const since = new Date(STARTED - 40 * 86_400_000).toISOString();
  const remarks = {
    3: [{ kind: "unused", rule: null, text: chinese ? "30 天来没有连接符合这条规则。" : "No connection fitted it in 30 days." }],
    4: [{ kind: "policy-does-it", rule: null, text: chinese ? "分区策略已允许“访客”访问互联网的网页。" : "The policy of Guest and the internet lets it pass already." }, { kind: "shadowed", rule: 5, text: chinese ? "规则 5 在它之前，已决定同样的连接。" : "Rule 5 stands before it and decides the same connections." }],
  };
  const rules = (document.rules ?? []).map(({ id, enabled }) => ({ id, sentence: "", on: enabled !== false, hits: (id * 7919) % 4000, lastHit: id % 3 === 0 ? null : new Date(STARTED - id * 3_600_000).toISOString(), countedSince: since, remarks: remarks[id] ?? [] }));
  return { rules, knownServices: Object.entries(WAYS).map(([name, ways]) => ({ name, ways })) };
}

/** Roughly as the box says it. */
export function ruleWords(before, after, say) {
  const said = [];
  const of = (document) => new Map((document.rules ?? []).map((one) => [one.id, JSON.stringify(one)]));
  const [was, now] = [of(before), of(after)];
  for (const [id, rule] of now) {
    if (!was.has(id)) said.push(say(`New rule ${id}.`, `新增规则 ${id}。`));
    else if (was.get(id) !== rule) said.push(say(`Rule ${id} is changed.`, `规则 ${id} 有改动。`));
  }
  for (const id of was.keys()) if (!now.has(id)) said.push(say(`Rule ${id} is removed.`, `删除规则 ${id}。`));
  const kept = (map, other) => [...map.keys()].filter((id) => other.has(id)).join();
  if (kept(was, now) !== kept(now, was)) said.push(say(`Rules are tried in another order: ${[...now.keys()].join(", ")}.`, `规则的先后顺序改为：${[...now.keys()].join("、")}。`));
  for (const key of ["services", "groups", "schedules", "time_zone"]) if (JSON.stringify(before[key]) !== JSON.stringify(after[key])) said.push(say(`Changed: ${key}.`, `有改动：${key}。`));
  return said;
}

/** What the box would refuse: addresses that are none, lists without an entry. */
export function ruleFaults(document, say) {
  const errors = [];
  const list = (place, entries) => {
    if (entries === "all" || !Array.isArray(entries)) return;
    if (entries.length === 0) errors.push({ field: place, code: "list_empty", message: say("There must be at least one; an empty list means nothing.", "至少要有一项；空列表没有意义") });
    entries.forEach((one, index) => {
      if (typeof one === "string" && /[3-9]\d\d\b|x/.test(one)) errors.push({ field: `${place}/${index}`, code: "member_invalid", message: say("It must be an address, a network, a range such as 192.168.20.10-192.168.20.19, a MAC address or a group.", "应为地址、网段、地址范围（如 192.168.20.10-192.168.20.19）、MAC 地址或地址组") });
    });
  };
  (document.rules ?? []).forEach((rule, index) => {
    list(`/document/rules/${index}/from/addresses`, rule.from.addresses);
    list(`/document/rules/${index}/to/addresses`, rule.to.addresses);
  });
  for (const [name, members] of Object.entries(document.groups ?? {})) list(`/document/groups/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, members);
  return errors;
}

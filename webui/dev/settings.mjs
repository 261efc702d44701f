// The fixture's settings: one document, changes of it that are tried and kept, undone or run out. `dev` brings about
// what else needs a second person, a lost connection or patience.
import { BLOCKING, BLOCKING_WAYS, blockingWords } from "./blocking.mjs";
import { EGRESS, egressFaults, egressWords } from "./egress.mjs";
import { published, publishFaults, publishWords } from "./publish.mjs";
import { manyRules, ruleFaults, RULES, rulesNow, ruleWords } from "./rules.mjs";

const minute = 60_000;
const clone = (value) => structuredClone(value);

/** Sentences of the fixture, in both languages of an account. */
const say = (language, english, chinese) => (language === "zh-CN" ? chinese : english);
const ZONES = { office: ["Office", "办公"], guest: ["Guest", "访客"], crm: ["CRM", "CRM"] };
const zoneOf = (language, name) => (ZONES[name] ?? [name, name])[language === "zh-CN" ? 1 : 0];

/** Where the box gets another address. */
function movesOf(before, after) {
  return Object.entries(after.zones).flatMap(([zone, { ipv4 }]) => {
    const [from, to] = [before.zones[zone]?.ipv4?.address, ipv4?.address].map((one) => one?.split("/")[0]);
    return from && to && from !== to && zone !== "crm" ? [{ zone, from, to, stays: zone === "office", lends: true, here: zone === "office" }] : [];
  });
}

/** Sentences name two of a long list; here it is whole. */
const SHORT = 4;
function listsOf(before, after) {
  const at = ["office", "guest"].flatMap((zone) => {
    const of = (document) => document.crm.reachable_from.find((one) => one.zone === zone)?.addresses;
    const [was, now] = [of(before), of(after)];
    return JSON.stringify(was) === JSON.stringify(now) ? [] : [[was, now]];
  });
  return at.flatMap((both, index) => both.filter((one) => Array.isArray(one) && one.length > SHORT).map((entries) => ({ at: index, entries })));
}

function nameWords(language, before, after) {
  const of = (document) => document.dns ?? { upstream: "provider", dnssec: false };
  const [was, now] = [of(before), of(after)];
  const said = [];
  if (JSON.stringify(was.upstream) !== JSON.stringify(now.upstream)) {
    const servers = (now.upstream.tls ?? []).map((one) => say(language, `${one.name} (${one.address})`, `${one.name}（${one.address}）`)).join(say(language, " and ", "、"));
    said.push(now.upstream === "provider" ? say(language, "Names are asked of the provider again, in plain text.", "域名重新以明文向运营商查询。") : say(language, `Names are now asked of ${servers} over TLS, no longer of the provider.`, `域名改为通过 TLS 查询，服务器为 ${servers}，不再询问运营商。`));
  }
  if (!was.dnssec && now.dnssec) said.push(say(language, "Answers of signed domains are now checked (DNSSEC); a forged one is refused.", "现在会校验已签名域名的答案（DNSSEC），伪造的答案会被拒绝。"));
  if (was.dnssec && !now.dnssec) said.push(say(language, "Answers of signed domains are no longer checked (DNSSEC).", "不再校验已签名域名的答案（DNSSEC）。"));
  return said;
}

function words(language, before, after) {
  const said = nameWords(language, before, after);
  const reach = (document, zone) => document.crm.reachable_from.find((one) => one.zone === zone)?.addresses;
  const text = (addresses) => (addresses === "all" ? say(language, "everyone", "所有设备") : addresses.length > SHORT ? say(language, `${addresses.slice(0, 2).join(", ")} and ${addresses.length - 2} more`, `${addresses.slice(0, 2).join("、")}等 ${addresses.length} 项`) : addresses.join(", "));
  for (const zone of ["office", "guest"]) {
    const [was, now] = [reach(before, zone), reach(after, zone)];
    if (JSON.stringify(was) === JSON.stringify(now)) continue;
    const name = zoneOf(language, zone);
    if (now === undefined) said.push(say(language, `Nobody in ${name} may reach the CRM any more (was: ${text(was)}).`, `“${name}”不能再访问 CRM（原为：${text(was)}）。`));
    else said.push(say(language, `From ${name} may reach the CRM: ${text(now)} (was: ${was ? text(was) : "nobody"}).`, `“${name}”中可以访问 CRM 的改为：${text(now)}（原为：${was ? text(was) : "都不可以"}）。`));
  }
  for (const { zone, from, to } of movesOf(before, after)) said.push(say(language, `${zoneOf(language, zone)}: the box’s address is ${to}/24 (was ${from}/24).`, `“${zoneOf(language, zone)}”：设备的地址为 ${to}/24（原为 ${from}/24）。`));
  if (before.language !== after.language) said.push(say(language, "The box’s screen is in the other language.", "设备屏幕改用另一种语言。"));
  said.push(...other(language, before, after));
  said.push(...ruleWords(before, after, (english, chinese) => say(language, english, chinese)));
  said.push(...blockingWords(before, after, (english, chinese) => say(language, english, chinese)));
  said.push(...egressWords(before, after, (english, chinese) => say(language, english, chinese)));
  said.push(...publishWords(before, after, (english, chinese) => say(language, english, chinese)));
  for (const zone of Object.keys(after.zones)) {
    const [was, now] = [before, after].map((one) => one.zones[zone]?.reservations ?? []);
    const name = zoneOf(language, zone);
    const device = (one) => (one.name ? say(language, `${one.name} (${one.mac})`, `${one.name}（${one.mac}）`) : one.mac);
    for (const one of now) if (!was.some(({ mac }) => mac === one.mac)) said.push(say(language, `${name}: ${device(one)} now always gets ${one.address}.`, `“${name}”：${one.address} 现在固定分配给 ${device(one)}。`));
    for (const one of was) if (!now.some(({ mac }) => mac === one.mac)) said.push(say(language, `${name}: ${device(one)} no longer has a fixed address (was ${one.address}).`, `“${name}”：${one.address} 不再固定分配给 ${device(one)}。`));
  }
  if (said.length === 0 && JSON.stringify(before) !== JSON.stringify(after)) said.push(say(language, "Something else in the document.", "文件中的其他内容。"));
  return said;
}

/** What differs of zones, ports and routes, in fewer words than the box has. */
function other(language, before, after) {
  const said = [];
  const name = (zone) => after.zones[zone]?.label ?? before.zones[zone]?.label ?? zoneOf(language, zone);
  const parts = [
    ["zones", (key) => say(language, `Zone ${name(key)}`, `分区“${name(key)}”`)],
    ["ports", (key) => say(language, `Port ${key}`, `网口 ${key}`)],
  ];
  for (const [part, called] of parts) {
    for (const key of new Set([...Object.keys(before[part]), ...Object.keys(after[part])])) {
      const [was, now] = [before[part][key], after[part][key]];
      if (JSON.stringify(was) === JSON.stringify(now)) continue;
      if (was === undefined) said.push(say(language, `New: ${called(key)}.`, `新增${called(key)}。`));
      else if (now === undefined) said.push(say(language, `${called(key)} is removed.`, `删除${called(key)}。`));
      else said.push(say(language, `${called(key)} is changed.`, `更改${called(key)}。`));
    }
  }
  const pairs = (document) => Object.fromEntries(document.policies.map((one) => [`${one.from} ${one.to}`, one.allow]));
  const [was, now] = [pairs(before), pairs(after)];
  for (const pair of new Set([...Object.keys(was), ...Object.keys(now)])) {
    if (was[pair] === now[pair]) continue;
    const [from, to] = pair.split(" ").map((zone) => (zone === "wan" ? say(language, "the internet", "互联网") : name(zone)));
    said.push(now[pair] ? say(language, `${from} may now reach ${to}: ${now[pair]}.`, `“${from}”现在可以访问“${to}”。`) : say(language, `${from} may no longer reach ${to}.`, `“${from}”不能再访问“${to}”。`));
  }
  if (JSON.stringify(before.routes) !== JSON.stringify(after.routes)) said.push(say(language, "Networks behind other routers differ.", "其他路由器后面的网段有变化。"));
  return said;
}

function kindOf(document, name) {
  if (name === document.crm.zone) return "crm";
  return name === "office" || name === "guest" ? name : "zone";
}

export function makeSettings({ problem, account }) {
  let document = {
    version: 1, language: "en",
    ports: { wan: { match: { mac: "52:54:00:00:00:01" }, role: "wan" }, lan1: { match: { mac: "52:54:00:00:00:02" }, role: { access: "office" } }, lan2: { match: { mac: "52:54:00:00:00:03" }, role: { access: "guest" } }, lan3: { match: { mac: "52:54:00:00:00:04" }, role: { trunk: ["office", "guest"] } } },
    zones: { office: { vlan: 10, ipv4: { address: "192.168.10.1/24" }, ipv6: "automatic" }, guest: { vlan: 30, ipv4: { address: "192.168.30.1/24" }, ipv6: "off" }, crm: { vlan: 20, ipv4: { address: "192.168.20.1/24" }, ipv6: "off" } },
    policies: [{ from: "guest", to: "wan", allow: "web" }, { from: "office", to: "wan", allow: "all" }],
    management: { from: [{ zone: "office", addresses: "all" }] },
    crm: { zone: "crm", host: 2, reachable_from: [{ zone: "office", addresses: "all" }] },
    ...RULES,
    egress: [...EGRESS, ...BLOCKING_WAYS],
    blocking: BLOCKING,
  };
  let version = 1, trial = null, number = 0, oldConnections = 0;
  let history = [];
  const language = () => account.language;
  const record = (by, before, after, reason, outcome, at = Date.now(), endedBy = null) => {
    number += 1;
    history.unshift({ id: `c${number}`, at: new Date(at).toISOString(), by, reason, outcome, endedBy, before: clone(before), document: clone(after) });
    return history[0];
  };
  {
    const older = clone(document);
    older.crm.reachable_from = [];
    const outcomes = ["kept", "undone", "expired", "kept", "failed", "restarted"];
    for (let index = 0; index < 28; index += 1) {
      const other = clone(older);
      other.crm.reachable_from = [{ zone: "office", addresses: [`192.168.10.${20 + index}`, "192.168.10.32/28"] }];
      record(index % 3 === 0 ? "李伟" : "Ruth Meyer", older, other, index % 4 === 0 ? "The new front desk" : "", outcomes[index % 6], Date.now() - (40 - index) * 26 * 60 * minute, index % 6 === 1 ? "李伟" : null);
    }
    record("Ruth Meyer", older, document, "Everyone in the office works with it now", "kept", Date.now() - 50 * minute);
  }
  const left = () => Math.max(0, Math.round((trial.ends - Date.now()) / 1000));
  const end = (outcome, endedBy = null) => {
    Object.assign(history.find((one) => one.id === trial.id), { outcome, endedBy });
    if (outcome !== "kept") document = trial.former;
    trial = null;
    version += 1;
  };
  const start = (by, mine, next, reason, seconds) => {
    const { id } = record(by, document, next, reason, "trying");
    trial = { id, by, mine, reason, ends: Date.now() + seconds * 1000, former: document };
    document = next;
    version += 1;
    return { id, token: `token-${id}`, secondsLeft: seconds, until: new Date(trial.ends).toISOString() };
  };
  const said = (item) => ({ id: item.id, at: item.at, by: item.by, reason: item.reason, outcome: item.outcome, endedBy: item.endedBy, words: words(language(), item.before, item.document) });
  const invalid = (errors) => problem(422, "invalid", "Not changed", { errors });
  const check = (next) => {
    const errors = [];
    next.crm?.reachable_from?.forEach((one, index) => {
      if (one.addresses !== "all" && (one.addresses.length === 0 || one.addresses.includes("x"))) errors.push([`${index}`, say(language(), "“x” is not an address; 192.168.10.20 or 192.168.10.32/28 would be.", "“x”不是地址，应类似 192.168.10.20 或 192.168.10.32/28。")]);
    });
    return errors;
  };
  const refusal = (next, path) => {
    if (path === "/crm-access") {
      const errors = check(next);
      return errors.length === 0 ? null : invalid(errors.map(([index, message]) => ({ field: `/reachableFrom/${index}/addresses/0`, code: "address", message })));
    }
    const vlans = Object.entries(next.zones ?? {}).map(([name, zone]) => [name, zone.vlan]);
    const double = vlans.find(([name, vlan]) => vlans.some(([other, same]) => other !== name && same === vlan));
    const published = publishFaults(next, (english, chinese) => say(language(), english, chinese));
    if (published.length > 0) return invalid(published);
    if (double) return invalid([{ field: `/document/zones/${double[0]}/vlan`, code: "vlan_used", message: say(language(), "Another zone already uses this VLAN.", "另一个分区已使用此 VLAN。") }]);
    if (!next.zones?.office || next.zones.office.vlan === 4095) {
      return invalid([
        { field: "/document/zones/office/vlan", code: "vlan", message: say(language(), "4095 is not a VLAN; 1 to 4094 are.", "4095 不是有效的 VLAN，应为 1 到 4094。") },
        { field: "/document/crm/reachable_from/0/addresses/2", code: "address", message: say(language(), "“192.168.10.300” is not an address; 192.168.10.20 would be.", "“192.168.10.300”不是地址，应类似 192.168.10.20。") },
        { field: "/document/policies", code: "missing", message: say(language(), "This is missing.", "缺少此项。") },
      ]);
    }
    const faults = [...ruleFaults(next, (english, chinese) => say(language(), english, chinese)), ...egressFaults(next, (english, chinese) => say(language(), english, chinese))];
    const wrong = (next.zones.office.reservations ?? []).flatMap((one, index) => [
      ...(one.address === "192.168.10.1" ? [{ field: `/document/zones/office/reservations/${index}/address`, code: "reservation_router", message: say(language(), "this is the box's own address", "这是本机自己的地址") }] : []),
      ...(one.name === "wpad" ? [{ field: `/document/zones/office/reservations/${index}/name`, code: "host_name_reserved", message: say(language(), "\"wpad\" is a name of this box, or one that computers look up by themselves; no device may have it", "“wpad”是本机的名称，或者是电脑会自动查找的名称，不能给设备使用") }] : []),
    ]);
    const nameless = (next.dns?.upstream.tls ?? []).flatMap(({ name }, index) => (name.includes(".") ? [] : [{ field: `/document/dns/upstream/tls/${index}/name`, code: "domain_name_invalid", message: say(language(), "must be a domain name of at least two parts in small letters, digits and hyphens, for example dns.example.net", "应为域名，至少两段，只含小写字母、数字和连字符，例如 dns.example.net") }]));
    const all = [...faults, ...wrong, ...nameless];
    return all.length === 0 ? null : invalid(all);
  };
  const nextOf = (path, body) => (path === "/settings" ? body.document : { ...clone(document), crm: { ...document.crm, reachable_from: body.reachableFrom } });
  const preview = (next) => {
    const changes = words(language(), document, next);
    if (changes.length === 0) return { words: [], lists: [], moves: [], secondsLeast: 30, findings: [], rules: [], rulesCut: false };
    const nobody = next.crm.reachable_from.length === 0;
    return {
      words: changes,
      lists: listsOf(document, next),
      moves: movesOf(document, next),
      secondsLeast: movesOf(document, next).length > 0 ? 300 : 30,
      findings: [
        { weight: "good", text: say(language(), "This PC (192.168.10.20) still reaches the admin pages.", "这台电脑（192.168.10.20）仍能打开管理页面。") },
        { weight: "note", text: say(language(), "192.168.10.20 in Office can open new connections to the CRM: web. Until now it could not.", "“办公”中的 192.168.10.20 可以打开 CRM 的网页，之前不可以。") },
        ...(nobody ? [{ weight: "warning", text: say(language(), "Nobody can reach the CRM any more, not even its manager.", "没有人能打开 CRM，经理也不能。") }] : []),
      ],
      rules: [
        { kind: "same", text: "table inet gatehouse {" },
        { kind: "same", text: "  chain forward-z-office {" },
        { kind: "removed", text: "    oifname \"z-crm\" ip daddr 192.168.20.2 tcp dport { 80, 443 } ct state new counter accept comment \"crm office\"" },
        { kind: "added", text: "    oifname \"z-crm\" ip daddr 192.168.20.2 ip saddr { 192.168.10.20, 192.168.10.32/28 } tcp dport { 80, 443 } ct state new counter accept comment \"crm office\"" },
        { kind: "same", text: "    oifname \"wan\" ct state new counter accept comment \"office to wan\"" },
        { kind: "same", text: "  }" },
        { kind: "same", text: "}" },
      ],
      rulesCut: nobody,
    };
  };

  return {
    access: () => document.crm.reachable_from,
    document: () => document,
    zones() {
      const cards = [["52:54:00:00:00:01", "enp1s0", true], ["52:54:00:00:00:02", "enp2s0", true], ["52:54:00:00:00:04", "enp4s0", false], ["52:54:00:00:00:09", "enp9s0", true]];
      const status = (name) => {
        const card = cards.find(([mac]) => mac === document.ports[name].match.mac);
        return { name, interface: card ? card[1] : null, linked: card ? card[2] : false };
      };
      const carries = (role, zone) => role.access === zone || (role.trunk ?? []).includes(zone);
      const ports = (is) => Object.keys(document.ports).filter((name) => is(document.ports[name].role)).map(status);
      const of = ([name, zone]) => ({ name, label: zone.label ?? null, isolated: zone.isolated ?? false, kind: kindOf(document, name), vlan: zone.vlan, addresses: zone.ipv4 ? [zone.ipv4.address] : [], ports: ports((role) => carries(role, name)) });
      const wan = { name: "wan", label: null, isolated: false, kind: "wan", vlan: null, addresses: [], ports: ports((role) => role === "wan") };
      const used = Object.values(document.ports).map((port) => port.match.mac);
      const free = cards.filter(([mac]) => !used.includes(mac)).map(([mac, card, linked]) => ({ interface: card, mac, path: null, linked }));
      const crm = document.crm.reachable_from.map((one) => ({ from: one.zone, to: document.crm.zone, allow: "crm" }));
      return { zones: [wan, ...Object.entries(document.zones).map(of)], flows: [...document.policies, ...crm], cards: free };
    },
    version: () => version,
    answer(method, path, query, body, ifMatch, key) {
      if (trial !== null && Date.now() >= trial.ends) end("expired");
      const at = `${method} ${path}`;
      if (at === "GET /crm-access") return [200, { reachableFrom: document.crm.reachable_from, zones: ["office", "guest"] }];
      if (at === "GET /settings") {
        return [200, { document, source: "confirmed", trial: trial && { id: trial.id, by: trial.by, mine: trial.mine, reason: trial.reason, secondsLeft: left(), until: new Date(trial.ends).toISOString(), words: words(language(), trial.former, document), lists: listsOf(trial.former, document), moves: movesOf(trial.former, document) } }];
      }
      if (at === "GET /settings/now") return [200, { trial: trial && trial.id }];
      if (at === "POST /settings/preview" || at === "POST /crm-access/preview") {
        const from = path.replace("/preview", "");
        const next = nextOf(from, body);
        return refusal(next, from) ?? [200, preview(next)];
      }
      if (at === "PUT /settings" || at === "PUT /crm-access") {
        const next = nextOf(path, body);
        const refused = refusal(next, path);
        if (refused) return refused;
        if (trial !== null) return problem(409, "trial-running", say(language(), "Other settings are being tried. Nothing was changed.", "正在试用另一组设置，未作更改。"), { by: trial.by, secondsLeft: left() });
        if (ifMatch !== `"${version}"`) return problem(412, "changed-meanwhile", say(language(), "Somebody changed this meanwhile. Nothing was changed.", "期间有人改过，未作更改。"));
        if (words("en", document, next).length === 0) return [200, { trial: null }];
        const begun = start(account.name, true, next, body.reason, body.seconds);
        history[0].key = key;
        return [200, { trial: begun }];
      }
      if (at === "POST /settings/confirm") {
        if (trial === null) return problem(409, "no-trial", "No settings are being tried.");
        if (oldConnections > 0) {
          oldConnections -= 1;
          return problem(409, "old-connection", "This came over a connection from before the change.");
        }
        if (body.token !== `token-${trial.id}`) return problem(403, "wrong-token", "This is not what was given for these settings.");
        end("kept");
        return [204];
      }
      if (at === "POST /settings/undo") {
        if (trial === null) return problem(409, "no-trial", "No settings are being tried.");
        end("undone", account.name);
        return [204];
      }
      if (at === "GET /time-zones") return [200, { items: Intl.supportedValuesOf("timeZone") }];
      if (at === "GET /published") return [200, published(document)];
      if (at === "GET /rules") return [200, rulesNow(document, language())];
      if (at === "GET /settings/history") {
        if (query.has("key")) return [200, { items: history.filter((one) => one.key === query.get("key")).map(said), next: null }];
        const from = Number(query.get("cursor") ?? 0);
        return [200, { items: history.slice(from, from + 20).map(said), next: from + 20 < history.length ? String(from + 20) : null }];
      }
      if (method === "GET" && path.startsWith("/settings/history/")) {
        const item = history.find((one) => path === `/settings/history/${one.id}`);
        return item ? [200, { ...said(item), lists: listsOf(item.before, item.document), before: item.before, document: item.document }] : problem(404, "not-found", "There is no such change.");
      }
      if (at === "GET /settings/export") return [200, document];
      return null;
    },
    /** POST /dev/NAME */
    dev(name) {
      const next = clone(document);
      next.policies[0].allow = next.policies[0].allow === "web" ? "all" : "web";
      if (name === "other-tries") start("李伟", false, next, "Guests asked for more", 60);
      if (name === "other-undoes" && trial) end("undone", "李伟");
      if (name === "box-restarts" && trial) end("restarted");
      if (name === "time-runs-out" && trial) trial.ends = Date.now() + 1_500;
      if (name === "time-is-over" && trial) trial.ends = Date.now();
      if (name === "old-connections") oldConnections = 3;
      if (name === "stays-old") oldConnections = 1000;
      if (name === "other-keeps") {
        record("李伟", document, next, "", "kept");
        document = next;
        version += 1;
      }
      if (name === "nothing-yet") history = [];
      if (name === "many-rules") document = { ...document, rules: manyRules(500) };
      if (name === "no-rules") for (const key of ["rules", "services", "groups", "schedules", "time_zone"]) delete document[key];
      if (name === "many-rules" || name === "no-rules") version += 1;
    },
  };
}

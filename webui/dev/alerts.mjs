// The fixture's bell: what a week brings, one of it muted; `none` empties it, `fails` breaks the next request.
const minute = 60_000;
const ago = (minutes) => new Date(Date.now() - minutes * minute).toISOString();

export function makeAlerts({ problem, account }) {
  const say = (english, chinese) => (account.language === "zh-CN" ? chinese : english);
  let fails = false;
  let none = false;
  const read = new Set([2, 1]);
  let mutes = [{ kind: "new-device", subject: null, until: ago(-6 * 1440) }];
  const all = () => [
    { id: 7, kind: "protection-open", severity: "critical", subject: "guest crm TCP 443, IPv4", about: say("guest · CRM · TCP 443, IPv4", "访客 · CRM · TCP 443, IPv4"), name: say("Protection of the network open", "网络防护有缺口"), times: 1, first: 3, last: 3,
      title: say("Something got through from guest to CRM", "有流量从“访客”到了“CRM”"), what: say("The box sent TCP 443, IPv4 from guest to CRM to test itself, and it arrived, though no policy lets it. Nothing was changed.", "本机自检时从“访客”向“CRM”发送了 TCP 443, IPv4，按规则应被阻止，却到达了。设置没有任何改动。"), todo: say("Look under Zones and Rules what lets it through, and take it back. If you find nothing, tell your supplier.", "请在“分区”和“规则”页查看是什么放行了它，并撤回。如果找不到原因，请联系供应商。") },
    { id: 6, kind: "rogue-dhcp", severity: "warning", subject: "TL-WR841N-living-room-upstairs (52:54:00:67:00:07)", about: "TL-WR841N-living-room-upstairs (52:54:00:67:00:07)", name: say("Foreign address servers", "私设的地址分配"), times: 14, first: 400, last: 11,
      title: say("A device gives out addresses of its own", "有设备在自行分配地址"), what: say("Device: TL-WR841N-living-room-upstairs (52:54:00:67:00:07). Zone: guest. Port: lan3. It answers as only the box should. Frames: 1,204. All were dropped: no device at another port follows it.", "设备：TL-WR841N-living-room-upstairs (52:54:00:67:00:07)　分区：访客　网口：lan3。它在冒充本机分配地址，共 1,204 个数据帧，已全部丢弃，其他网口的设备不受影响。"), todo: say("Often a home router is plugged in by its LAN port: unplug it, or switch its DHCP off.", "常见原因是家用路由器的 LAN 口接进了网络：请拔掉，或关闭它的 DHCP。") },
    { id: 5, kind: "settings-reverted", severity: "warning", subject: "", about: "", name: say("Settings taken back", "设置自动撤回"), times: 1, first: 55, last: 55,
      title: say("The former settings are back", "之前的设置已恢复"), what: say("Nobody confirmed the new settings in time, so the former ones came back by themselves. Nothing of the new ones is in force.", "新设置没有按时确认，已自动恢复之前的设置，新设置完全没有生效。"), todo: say("If you still want the change, make it again under Settings and confirm it.", "如果仍需修改，请在“设置”页重新修改并确认。") },
    { id: 4, kind: "new-device", severity: "info", subject: "3c:22:fb:10:20:30", about: "3c:22:fb:10:20:30", name: say("New devices", "新设备"), times: 1, first: 70, last: 70, muted: true,
      title: say("A new device in guest: 周-Laptop", "访客中有新设备：周-Laptop"), what: say("周-Laptop (3c:22:fb:10:20:30) was seen in guest for the first time. It may do what this zone may do.", "首次在访客中发现 周-Laptop（3c:22:fb:10:20:30）。它拥有该分区的权限。"), todo: say("If you know it, mark it as known under Devices. If not, put it into quarantine there.", "如果认识它，请在“设备”页标为已知；如果不认识，请在那里隔离它。") },
    { id: 2, kind: "internet-back", severity: "warning", subject: "", about: "", name: say("Internet back", "互联网恢复"), times: 2, first: 3000, last: 1500,
      title: say("The internet is back", "互联网已恢复"), what: say("The internet was gone since 2026-11-29 03:12, for 14 min. What waited is being sent.", "互联网自 2026-11-29 03:12 起中断了 14 分钟，等待的通知正在发送。"), todo: say("Nothing, if it stays. If it happens often, tell the provider these times.", "如果保持正常，无需处理。如果经常发生，请把这些时间告诉运营商。") },
  ].map((one) => ({ muted: false, ...one, first: ago(one.first), last: ago(one.last), read: one.muted === true || read.has(one.id) }));
  const items = () => (none ? [] : all());
  const unread = () => items().filter((one) => !one.read);
  const told = (mute) => {
    const of = all().find((one) => one.kind === mute.kind && (mute.subject === null || one.subject === mute.subject));
    return { ...mute, name: of?.name ?? mute.kind, about: mute.subject === null ? "" : (of?.about ?? mute.subject), by: account.name };
  };
  return (method, path, query, body) => {
    const at = `${method} ${path}`;
    if (at === "POST /alerts/dev") {
      ({ fails = false, none = false } = body);
      return [204];
    }
    if (!path.startsWith("/alerts")) return null;
    if (fails && path !== "/alerts/unread") return problem(500, "broken", say("Something of the box’s own broke. Nothing was changed.", "本机出错，没有任何改动。"));
    if (at === "GET /alerts/unread") {
      const severities = unread().map((one) => one.severity);
      return [200, { unread: severities.length, gravest: ["critical", "warning", "info"].find((one) => severities.includes(one)) ?? null }];
    }
    if (at === "GET /alerts") return [200, { items: items().slice(0, Number(query.get("limit") ?? 50)), next: null, all: items().length, unread: unread().length, forgotten: none ? 0 : 37, mutes: none ? [] : mutes.map(told) }];
    if (at === "POST /alerts/read") (body.ids.length > 0 ? body.ids : items().map((one) => one.id)).forEach((id) => read.add(id));
    const same = (one) => one.kind === body.kind && one.subject === (body.subject ?? null);
    if (at === "POST /alerts/mutes") mutes = [...mutes.filter((one) => !same(one)), { kind: body.kind, subject: body.subject ?? null, until: ago(-body.days * 1440) }];
    if (at === "POST /alerts/mutes/end") mutes = mutes.filter((one) => !same(one));
    return [204];
  };
}

// The fixture's targets of alerts: one of each state; `none` empties the list.
const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();

export function makeTargets({ problem, account }) {
  const say = (english, chinese) => (account.language === "zh-CN" ? chinese : english);
  let none = false;
  const base = { version: 1, language: "en", from: "warning", quiet: null, heads: false, perHour: 20, security: null, user: null, sender: null, recipients: [], address: null, signed: false, authority: null, egress: "allowed", egressId: "abcabcabcabc", waiting: 0, sent: null, failing: null };
  const id = (number) => `0199a7b0-0000-7000-8000-${String(number).padStart(12, "0")}`;
  const all = () => [
    { ...base, id: id(1), name: "老板 · Owner of the shop with quite a long name", way: "mail", host: "smtp.exmail.qq.com", port: 465, security: "tls", user: "box@example.com", sender: "box@example.com", recipients: ["owner@example.com", "a-very-long-mailbox-name-of-somebody@subsidiary.example.com"], quiet: { from: "22:00", to: "07:00", critical: true }, heads: true, sent: ago(12) },
    { ...base, id: id(2), name: "Duty chat", way: "dingtalk", host: "oapi.dingtalk.com", port: 443, signed: true, from: "critical", egress: "asked" },
    { ...base, id: id(3), name: "Log server", way: "syslog", host: "192.168.10.20", port: 6514, from: "info", egress: "missing", waiting: 3, sent: ago(3000), failing: { why: say("The server's certificate has ended.", "服务器的证书已过期。"), code: "certificate-expired", since: ago(200), last: ago(30), next: ago(-30) } },
    { ...base, id: id(4), name: "Help desk", way: "webhook", host: "hooks.example.net", port: 443, address: "https://hooks.example.net/in", egress: "declined" },
  ];
  return (method, path, body) => {
    const at = `${method} ${path}`;
    if (at === "POST /alerts/targets/dev") {
      ({ none = false } = body);
      return [204];
    }
    if (!path.startsWith("/alerts/targets")) return null;
    if (at === "GET /alerts/targets") return [200, { items: none ? [] : all(), most: 16 }];
    if (method === "POST" && path === "/alerts/targets" && body.way === "mail" && body.host === "") {
      return problem(422, "invalid", say("Some fields need another look.", "部分内容需要修改。"), { errors: [{ field: "/name", code: "empty", message: say("This is needed", "必填") }, { field: "/host", code: "empty", message: say("This is needed", "必填") }, { field: "/recipients/0", code: "mailbox", message: say("This is no mail address. Type one like owner@example.com.", "这不是邮件地址。例如 owner@example.com。") }] });
    }
    if (method === "POST" && path === "/alerts/targets") return [201, { target: { ...all()[3], name: body.name }, secret: body.way === "webhook" ? "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr" : null }];
    return [204];
  };
}

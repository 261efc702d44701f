// A fixture for looking at pages while no box is at hand: the built admin app under the box's own
// policy headers, and made-up answers. Used by no test and by no build.  node dev/server.mjs [setup]
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { makeAlerts } from "./alerts.mjs";
import { makeTargets } from "./targets.mjs";
import { makeBlocking } from "./blocking.mjs";
import { makeEgress } from "./egress.mjs";
import { makeLeases } from "./leases.mjs";
import { makeSeen } from "./seen.mjs";
import { makeSettings } from "./settings.mjs";

const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
const TYPES = { js: "text/javascript", css: "text/css", svg: "image/svg+xml" };
const dist = new URL("../dist/admin/", import.meta.url);
const now = Date.now();
const ago = (minutes) => new Date(now - minutes * 60_000).toISOString();

let state = process.argv[2] === "setup" ? "setup" : "ready";
let signedIn = state === "ready" && process.argv[2] !== "out";
const account = { id: "0", name: "Ruth Meyer", language: "en", timeZone: "Europe/London", role: "admin" };
const code = { managerCode: "K7QF-2M9X-WT4D", crmUrl: "https://crm.gatehouse.internal", expires: ago(-1440) };
const proof = { tried: "CRM, every port", from: "Guest", at: ago(300), result: "Not reachable on any port" };
const entry = (seq, action, outcome = "allowed", actor = "Ruth Meyer") => ({
  seq, at: ago((260 - seq) * 47), actor: actor && { id: "0", name: actor }, action, outcome, records: [], count: seq % 3, reason: null, address: "192.168.10.20", device: "Mozilla/5.0",
});
const ACTIONS = ["sign-in", "log-read", "crm-access-changed", "code-made", "settings-changed", "certificate-made"];
const log = Array.from({ length: 250 }, (_, index) => {
  const seq = 250 - index;
  return seq % 17 === 0 ? entry(seq, "sign-in-refused", "refused", null) : entry(seq, ACTIONS[seq % ACTIONS.length]);
});
const judged = (passes, to) => ({ verdict: passes ? "passes" : "dropped", to, newSource: passes && to === "wan", why: passes ? "Between these two zones everything is allowed." : "No rule allows it, and what is not allowed is blocked.",
  rule: { chain: passes ? "forward_office_wan" : "forward", number: passes ? 1 : 5, text: passes ? 'ct state new,established jump admitted comment "policy: everything"' : 'counter drop comment "no policy allows it"' },
  steps: [{ hook: "prerouting", verdict: "passes", why: "The sender’s address is one of the zone.", decides: false, rule: { chain: "spoof_office", number: 2, text: 'meta nfproto ipv4 ip saddr 192.168.10.0/24 counter accept comment "an address of the zone"' } },
    { hook: "forward", verdict: passes ? "passes" : "dropped", why: passes ? "Between these two zones everything is allowed." : "No rule allows it, and what is not allowed is blocked.", decides: true, rule: { chain: passes ? "forward_office_wan" : "forward", number: passes ? 1 : 5, text: passes ? 'ct state new,established jump admitted comment "policy: everything"' : 'counter drop comment "no policy allows it"' } },
    ...(passes ? [{ hook: "postrouting", verdict: "passes", why: "Nothing decided before the end of the list of rules, so its default applies.", decides: false, rule: null }] : [])] });
const problem = (status, name, detail, more = {}) => [status, { type: `urn:gatehouse:problem:${name}`, title: detail, status, detail, ...more }];
const settings = makeSettings({ problem, account });
const leases = makeLeases(settings.document);
const egress = makeEgress(settings.document);
const blocking = makeBlocking(settings.document);
const alerts = makeAlerts({ problem, account });
const targets = makeTargets({ problem, account });
const seen = makeSeen();
/** The box as it is without power: no answer at all. */
let silent = false;
/** How long a lock-out lasts here, whatever was chosen. */
const SHUT_MS = 12_000;

/** New settings that let this page in no more: the box tries them, and its answer gets lost. */
let shutsOut = false;
let shut = null;

function answer(method, path, query, body, ifMatch, key) {
  const at = `${method} ${path}`;
  if (at === "GET /start") return [200, { realm: "admin", state, language: "en", version: "0.0.0", time: ago(0) }];
  if (at === "POST /setup/code") return body.code === "wrong" ? problem(403, "wrong-code", "The code is not right. Nothing was changed. Read it off the screen again.", { triesLeft: 4 }) : [204];
  if (at === "GET /setup") {
    return [200, { languages: ["en", "zh-CN"], timeZones: ["Asia/Shanghai", "Europe/London", "UTC"], suggestedTimeZone: "Europe/London",
      ports: [{ interface: "enp1s0", mac: "52:54:00:00:00:01", name: "wan", zones: ["wan"], linked: true }, { interface: "enp2s0", mac: "52:54:00:00:00:02", name: "lan1", zones: ["office"], linked: true }, { interface: "enp3s0", mac: "52:54:00:00:00:03", name: null, zones: [], linked: false }],
      zones: settings.zones().zones.slice(1).map((zone) => ({ name: zone.name, vlan: zone.vlan, address: zone.addresses[0], dhcp: true })), crm: { address: "192.168.20.2", reachableFrom: settings.access() }, management: { from: [{ zone: "office", addresses: "all" }] } }];
  }
  if (at === "POST /setup/account") {
    if (body.password.length < 12) return problem(422, "invalid", "Two fields", { errors: [{ field: "/password", code: "weak-password", message: `The password has ${body.password.length} characters; it needs at least 12.` }] });
    return [200, { totpSecret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", otpauthUri: "otpauth://totp/Gatehouse:Ruth%20Meyer?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Gatehouse" }];
  }
  if (at === "POST /setup/totp" || at === "POST /session/totp") {
    if (body.code === "000000") return problem(at.includes("setup") ? 422 : 401, "wrong-totp", "The code is not right. Nothing was changed. Wait for the next one.", { boxTime: ago(2) });
    if (at.includes("setup")) return [204];
    signedIn = true;
    return [200, { account }];
  }
  if (at === "POST /setup/finish") {
    state = "ready";
    signedIn = true;
    return [200, code];
  }
  if (at === "POST /session") return body.password === "wrong" ? problem(401, "wrong-credentials", "Name or password is not right. Nothing was changed.") : [200, { next: "totp" }];
  if (path === "/dev/sign-out") { signedIn = false; return [204]; }
  if (path.startsWith("/dev/")) { settings.dev(path.slice(5)); return [204]; }
  if (!signedIn) return problem(401, "sign-in", "Sign in first.");
  if (at === "GET /session") return [200, { account, idleExpires: ago(-30), absoluteExpires: ago(-720) }];
  if (at === "DELETE /session") { signedIn = false; return [204]; }
  if (at === "GET /sessions") return [200, { items: [{ id: "a", device: "Chromium on Linux", address: "192.168.10.20", created: ago(60), lastSeen: ago(1), current: true }, { id: "b", device: "Safari on iPhone", address: "192.168.10.44", created: ago(3000), lastSeen: ago(1500), current: false }] }];
  if (path.startsWith("/sessions/")) return [204];
  if (at === "PATCH /account") return [200, Object.assign(account, body)];
  if (at === "POST /account/password") return problem(422, "invalid", "x", { errors: [{ field: "/current", code: "wrong", message: "This is not the password in force." }] });
  if (at === "GET /protection") return [200, { checkedAt: ago(3), rows: ["data", "access", "network", "application", "people", "suppliers", "audit"].map((key) => key === "network" ? { key, state: "proven", proof, todo: null } : { key, state: "unknown", proof: null, todo: null }) }];
  if (at === "GET /zones") return [200, { ...settings.zones(), wan: { interface: "enp1s0", addresses: ["203.0.113.10/24"] }, state: "ready", notices: [{ code: "x", text: "A card that the settings do not know is plugged in: 52:54:00:00:00:09." }], ruleset: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b" }];
  if (at === "GET /leases") return [200, leases(query)];
  if (at === "POST /simulations") return /^[0-9a-f.:]+$/.test(body.source) ? [200, judged(body.destination.startsWith("1.") || body.from === "office" && body.port === 443, "wan")] : problem(422, "invalid", "One field", { errors: [{ field: "/source", code: "address", message: "This is no IP address. Type one like 192.168.10.20 or fd00::20." }] });
  if (at === "POST /probes") {
    if (body.version === 6 && body.to === "wan") return problem(409, "no-way-out", "Nothing was sent. Look whether the provider’s cable is plugged in and has given an address.", { title: "The box has no way to the internet" });
    const passes = body.from === "office" && body.to === "wan";
    const odd = body.from === "guest" && body.protocol === "udp";
    return [200, { ...body, port: body.port ?? null, source: "192.168.10.254", destination: "192.0.2.7", arrived: passes, microseconds: passes ? 240 + body.version * 100 : null, expected: judged(passes || odd, body.to), agrees: !odd, text: "A packet from Guest to Office (UDP 443, IPv4) did not arrive, though the rules let it pass: Between these two zones everything is allowed. Something else stopped it.", at: ago(0), ruleset: "9f86" }];
  }
  const said = settings.answer(method, path, query, body, ifMatch, key);
  if (said !== null) return said;
  const gone = egress(method, path, body);
  if (gone !== null) return gone;
  const blocked = blocking(method, path, query, body);
  if (blocked !== null) return blocked;
  const target = targets(method, path, body);
  if (target !== null) return target;
  const rung = alerts(method, path, query, body);
  if (rung !== null) return rung;
  const shown = seen(method, path, query, body);
  if (shown !== null) return shown;
  if (at === "GET /crm") return [200, { state: "unclaimed", since: ago(90), url: "https://crm.gatehouse.internal", managerCode: { expires: ago(-1440) } }];
  if (at === "POST /crm/manager-code") return [200, code];
  if (at === "GET /certificate") return [200, { caFingerprint: Array.from({ length: 32 }, (_, i) => ((i * 37 + 11) % 256).toString(16).padStart(2, "0").toUpperCase()).join(":"), caNotAfter: "2036-11-22T00:00:00Z", leaves: [{ name: "gatehouse.internal", notAfter: "2027-12-26T00:00:00Z" }, { name: "crm.gatehouse.internal", notAfter: "2027-12-26T00:00:00Z" }] }];
  if (at === "GET /log") {
    const from = Number(query.get("cursor") ?? 0);
    return [200, { items: log.slice(from, from + 100), next: from + 100 < log.length ? String(from + 100) : null }];
  }
  return problem(404, "not-found", "There is no such page.");
}

createServer(async (request, response) => {
  const url = new URL(request.url, "http://localhost");
  let text = "";
  for await (const piece of request) text += piece;
  if (/^\/api\/v1\/dev\/(silent|answers)$/.test(url.pathname)) {
    silent = url.pathname.endsWith("silent");
    clearTimeout(shut);
  } else if (silent) {
    request.socket.destroy();
    return;
  }
  if (url.pathname === "/api/v1/dev/shuts-out") shutsOut = true;
  response.setHeader("content-security-policy", POLICY);
  if (url.pathname.startsWith("/api/v1")) {
    const [status, body] = answer(request.method, url.pathname.slice(7), url.searchParams, text ? JSON.parse(text) : {}, request.headers["if-match"], request.headers["idempotency-key"]);
    if (shutsOut && request.method === "PUT") {
      // Nothing comes back, as from behind a rule that drops.
      shutsOut = false;
      silent = true;
      shut = setTimeout(() => {
        silent = false;
        settings.dev("time-is-over");
      }, SHUT_MS);
      return;
    }
    if (url.pathname.endsWith("/export")) response.setHeader("content-disposition", 'attachment; filename="gatehouse-settings.json"');
    response.setHeader("etag", `"${settings.version()}"`);
    response.writeHead(status, { "content-type": status >= 400 ? "application/problem+json" : "application/json" });
    response.end(body === undefined ? undefined : JSON.stringify(body));
    return;
  }
  const asset = /^\/assets\/[\w.-]+\.(js|css|svg)$/.exec(url.pathname);
  response.writeHead(200, { "content-type": asset ? TYPES[asset[1]] : "text/html; charset=utf-8" });
  response.end(readFileSync(new URL(asset ? url.pathname.slice(1) : "index.html", dist)));
}).listen(Number(process.env.PORT ?? 8787), "127.0.0.1");

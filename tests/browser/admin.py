"""The admin app as its owner uses it."""

import re
import threading

from playwright.sync_api import expect

from totp import Authenticator

ADDRESS = "https://gatehouse.internal"
MANAGER_CODE = r"^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$"
TOTP_SECRET = r"^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$"
# Where each page is, and the key of its title.
PAGES = {"/": "admin.protection", "/zones": "admin.zones", "/zones/simulator": "admin.tryPacket", "/zones/new": "admin.zoneNew",
         "/rules": "admin.rules", "/rules/services": "admin.rules.tab.services", "/rules/groups": "admin.rules.tab.groups",
         "/rules/hours": "admin.rules.tab.hours", "/publish": "admin.publish", "/publish/new": "admin.publish.new",
         "/addresses": "admin.dhcp.title", "/addresses/names": "admin.dhcp.title",
         "/addresses/blocking": "admin.dhcp.title", "/devices": "admin.devices",
         "/devices/connections": "admin.tab.connections", "/devices/refused": "admin.tab.refused", "/devices/traffic": "admin.tab.traffic",
         "/crm-access": "admin.access", "/crm": "admin.crm", "/egress": "admin.egress.title",
         "/egress/new": "admin.egress.add", "/settings": "admin.settings",
         "/copies": "copies.title", "/alerts": "admin.alerts.title", "/log": "log.title", "/certificate": "admin.certificate", "/account": "ui.account"}


def enter_setup_code(screen, code):
    """The first step of the set-up."""
    screen.heading(screen.say("admin.step.code.title"))
    screen.fill_in({"admin.setupCode": code}).send("ui.continue", "set-up code")


def make_account(screen, name, password):
    """The second step."""
    screen.heading(screen.say("admin.step.account.title"))
    screen.fill_in({"ui.name": name, "ui.password": password}).send("ui.continue", "admin's account")


def prove_app(screen):
    """The third step; returns the authenticator app."""
    screen.heading(screen.say("admin.step.totp.title"))
    app = Authenticator(screen.shown(TOTP_SECRET))
    screen.fill_in({"ui.code": app.code()}).send("ui.continue", "admin's authenticator")
    return app


def decide_zones(screen, reach):
    """The fourth step: `reach` is who may reach the CRM by zone (`all`, `nobody`). Returns the manager's code."""
    screen.heading(screen.say("admin.step.choices.title"))
    for zone, who in reach.items():
        screen.walk.presses += 1
        screen.field("admin.reachZone", zone=screen.say(f"admin.zone.{zone}")).select_option(who)
    screen.send("admin.finish", "zones and CRM")
    screen.heading(screen.say("admin.step.done.title"))
    return screen.shown(MANAGER_CODE)


def review_access(screen, reach):
    """Picks who may reach the CRM by zone (`all`, `nobody`), as far as the review: nothing is in force yet."""
    screen.open(f"{ADDRESS}/crm-access").heading(screen.say("admin.access"))
    for zone, who in reach.items():
        screen.field("admin.reachZone", zone=screen.say(f"admin.zone.{zone}")).select_option(who)
    screen.press("admin.reviewChange").heading(screen.say("admin.reviewTitle")).sees(screen.say("admin.rulesDo"))


# The settings in force, with some members replaced: `[changes, seconds]`. What a script of the admin's would send.
_TRY = """async ([changes, seconds, waits]) => {
  const now = await fetch("/api/v1/settings");
  const { document } = await now.json();
  for (const [name, value] of Object.entries(changes)) document[name] = Array.isArray(value) ? value : { ...document[name], ...value };
  const asked = fetch("/api/v1/settings", { method: "PUT", body: JSON.stringify({ document, reason: "", seconds }),
    headers: { "content-type": "application/json", "if-match": now.headers.get("etag"), "idempotency-key": crypto.randomUUID() } });
  window.tried = asked.then((answer) => answer.status, () => 0);
  if (!waits) return null;
  const answer = await asked;
  return [answer.status, await answer.json()];
}"""


def try_changed(screen, changes, seconds):
    """Has changed settings tried by the API, with this page's session; gives the trial."""
    status, answer = screen.page.evaluate(_TRY, [changes, seconds, True])
    assert status == 200, answer
    return answer["trial"]


def try_locking_out(screen, changes, seconds):
    """The same for what cuts the way of the answer; `tried_after_all` gives its status, 0 when there came none."""
    screen.page.evaluate(_TRY, [changes, seconds, False])


def tried_after_all(screen):
    """What came of it once the box was reached again: Chromium sends a request again when its connection broke."""
    return screen.page.evaluate("window.tried")


def keep_reviewed(screen):
    """Tries what is looked over, and keeps it."""
    screen.heading(screen.say("admin.reviewTitle")).press("admin.try.60")
    bar = screen.page.get_by_role("region", name=screen.say("admin.onTrial"))
    expect(bar).to_be_visible()
    screen.press("admin.keepSettings")
    expect(bar).to_have_count(0)


def sign_in(screen, name, password, code):
    """Signs in; the title of either app's sign-in is up to the caller."""
    screen.fill_in({"ui.name": name, "ui.password": password}).press("ui.continue")
    screen.fill_in({"ui.code": code}).press("ui.signIn")


def sign_in_after_restore(screen, name, password, app):
    """Signs in where a store came back from a copy a moment ago: codes wait, and the page says how long."""
    sign_in(screen, name, password, code=app.code())
    told = screen.page.get_by_role("alert").filter(has_text=screen.say.pattern("ui.justRestored_other"))
    expect(told).to_be_visible()
    threading.Event().wait(int(re.search(r"\d+", told.inner_text())[0]))
    screen.fill_in({"ui.code": app.code()}).press("ui.signIn")

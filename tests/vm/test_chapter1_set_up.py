"""A small business, chapter 1: from power-on to a customer whom a second person sees, in real browsers on the office's
network.

One story with the other chapters: each test goes on from where the one before ended.
"""

import re

import pytest
from playwright.sync_api import Error, expect

import admin
import crm
import looks
from business import ADMIN, CONTACT, FIRST, MANAGER, ORGANISATION, PASSPHRASE, STAFF
from screen import Screen
from words import Words

pytestmark = pytest.mark.usefixtures("chapter")


def test_the_ca_is_fetched_compared_and_installed(office):
    path, fingerprint = office.fetch_ca()
    page = office.tab("stranger")
    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        page.open(admin.ADDRESS)
    assert fingerprint == office.fingerprint_on_the_console()
    office.wait(lambda: fingerprint in office.probe.exec("cat", "/efi/ca.txt", check=False)["stdout"])
    # All else on port 80 leads to the pages that are encrypted.
    place = office.client("office").tcp(office.client("office").lease["router"], 80,
                                        b"GET /zones?a=b HTTP/1.0\r\nHost: gatehouse.internal\r\n\r\n").decode()
    assert place.startswith("HTTP/1.0 308") or place.startswith("HTTP/1.1 308")
    assert re.search(r"(?i)^location: https://gatehouse\.internal/zones\?a=b\r$", place, re.MULTILINE)
    office.close_tabs()
    office.office.complaints.clear()
    for pc in (office.office, office.desk):
        pc.trust(path)


def test_a_wrong_setup_code_says_how_many_tries_are_left(office):
    page = office.tab("stranger", office.desk, "zh-CN")
    page.open(admin.ADDRESS)
    for left in (4, 3, 2, 1):
        admin.enter_setup_code(page, "WRNG-WRNG-WRNG")
        page.alert(page.say.problem("wrong-code.detail")).error_at("admin.setupCode", page.say("admin.triesLeft", count=left))
        expect(page.field("admin.setupCode")).to_be_focused()
    page.speak("en").error_at("admin.setupCode", page.say("admin.triesLeft", count=1))
    found = looks.in_both_languages(page, "setup-1-wrong-code")
    office.close_tabs()
    assert found == []


def test_the_owner_sets_the_box_up(office):
    page = office.tab("admin", walk=office.walk)
    aside = Screen(page.page)
    page.open(admin.ADDRESS)
    found = looks.in_both_languages(aside, "setup-1-code")
    admin.enter_setup_code(page, office.setup_code().lower())
    # What is refused, is refused where it was typed, in the language that was chosen.
    for language in ("zh-CN", "en"):
        aside.heading(aside.say("admin.step.account.title")).choose("ui.language", language)
        aside.say = Words(language)
        aside.fill_in({"ui.name": ADMIN["name"], "ui.password": "short"}).press("ui.continue")
        aside.error_at("ui.password", aside.say.problem("field.too-short", least=12, has=5))
        expect(aside.field("ui.name")).to_have_value(ADMIN["name"])
    aside.choose("ui.timeZone", "Asia/Shanghai")
    found += looks.in_both_languages(aside, "setup-2-account")
    admin.make_account(page, **ADMIN)
    secret = page.shown(admin.TOTP_SECRET)
    wrong = admin.Authenticator(secret).wrong()
    aside.fill_in({"ui.code": wrong}).press("ui.continue").sees(aside.say.pattern("ui.clocks"))
    found += looks.in_both_languages(aside, "setup-3-authenticator")
    # Whoever loads the page again, or goes back, goes on with the secret that the app holds already.
    aside.page.reload()
    aside.heading(aside.say("admin.step.totp.title"))
    assert aside.shown(admin.TOTP_SECRET) == secret
    aside.press("ui.back").heading(aside.say("admin.step.account.title"))
    aside.fill_in({"ui.password": ADMIN["password"]}).press("ui.continue").heading(aside.say("admin.step.totp.title"))
    assert aside.shown(admin.TOTP_SECRET) == secret
    office.apps["admin"] = admin.prove_app(page)
    aside.heading(aside.say("admin.step.choices.title"))
    aside.page.reload()
    aside.heading(aside.say("admin.step.choices.title"))
    refuse_addresses(aside)
    found += looks.in_both_languages(aside, "setup-4-zones")
    office.manager_code = admin.decide_zones(page, {"office": "all"})
    found += looks.in_both_languages(aside, "setup-5-done")
    assert found == []
    aside.press("admin.toProtection").heading(aside.say("admin.protection"))
    # What is to be done is said in the reader's language, also when it was changed meanwhile.
    for language in ("zh-CN", "en"):
        aside.sees(aside.say.problem("todo.crm-unclaimed"))
        aside.page.get_by_role("link", name=ADMIN["name"]).click()
        aside.heading(aside.say("ui.account")).choose("ui.language", language).press("ui.save")
        expect(aside.page.locator("html")).to_have_attribute("lang", language)
        aside.say = Words(language)
        aside.go("admin.protection").sees(aside.say.problem("todo.crm-unclaimed"))
    office.plant(**{"admin's password": ADMIN["password"], "admin's TOTP secret": office.apps["admin"].secret,
                    "manager's code": office.manager_code})


def refuse_addresses(page):
    """A list that lets nobody in is refused at its field; of many that are wrong a handful is named, by line."""
    zone = page.say("admin.zone.office")
    page.field("admin.reachZone", zone=zone).select_option("some")
    page.field("admin.addresses", zone=zone).fill(" \n ")
    page.press("admin.finish").error_at("admin.addresses", page.say("admin.reachLacksAddresses"), zone=zone)
    page.field("admin.addresses", zone=zone).fill("\n".join(["192.168.10.20", *("word" for _ in range(345))]))
    page.press("admin.finish").error_at("admin.addresses", page.say("admin.refusedMore", count=340), zone=zone)
    page.error_at("admin.addresses", page.say("admin.refusedEntry", line=2, entry="word"), zone=zone)
    page.sees(page.say("admin.addressIsClaim"))
    page.field("admin.reachZone", zone=zone).select_option("all")


def test_a_stranger_who_guesses_the_managers_code_has_to_wait_and_the_manager_has_not(office):
    office.wait_for("crm")
    page = office.tab("stranger", office.desk, "zh-CN")
    page.open(crm.ADDRESS)
    for left in (4, 3, 2, 1, 0):
        crm.enter_manager_code(page, "WRNG-WRNG-WRNG")
        page.alert(page.say.problem("wrong-code.detail")).sees(page.say("crm.triesLeft", count=left))
    # Not even the right one, now.
    crm.enter_manager_code(page, office.manager_code)
    page.alert(page.say("ui.waitMinutes", count=10)).speak("en").alert(page.say("ui.waitMinutes", count=10))
    page.page.context.close()
    del office.tabs["stranger"]


def test_the_manager_claims_the_crm_and_the_first_contact_is_near(office):
    page = office.tab("manager", walk=office.walk)
    aside = Screen(page.page)
    page.open(crm.ADDRESS)
    found = looks.in_both_languages(aside, "claim-1-code")
    crm.enter_manager_code(page, office.manager_code)
    aside.press("crm.claim.propose").sees(aside.say("crm.claim.proposeAnother"))
    aside.fill_in({"crm.claim.organisation": ORGANISATION, "crm.passphrase": "one", "crm.claim.again": "two"}).press("crm.claim.make")
    aside.error_at("crm.claim.again", aside.say("crm.claim.againWrong"))
    found += looks.in_both_languages(aside, "claim-2-passphrase")
    crm.make_vault(page, ORGANISATION, PASSPHRASE)
    found += looks.in_both_languages(aside, "claim-3-recovery-key")
    office.recovery_key = crm.note_recovery_key(page)
    aside.fill_in({"crm.claim.type": "AAAAA-BBBBB"}).press("ui.continue")
    expect(aside.field("crm.claim.type")).to_have_attribute("aria-invalid", "true")
    found += looks.in_both_languages(aside, "claim-3-typed-back")
    # Whoever loads the page again goes on where it was: the key on paper is good, or another one is made in its place.
    aside.page.reload()
    aside.heading(aside.say("crm.step.recovery.title")).sees(aside.say("crm.claim.notShownAgain"))
    found += looks.in_both_languages(aside, "claim-3-loaded-again")
    aside.press("crm.claim.another").heading(aside.say("crm.step.vault.title")).sees(aside.say("crm.claim.anew"))
    expect(aside.field("crm.claim.organisation")).to_have_value(ORGANISATION)
    crm.make_vault(aside, ORGANISATION, PASSPHRASE)
    aside.sees(aside.say("crm.claim.replaces"))
    former, office.recovery_key = office.recovery_key, crm.note_recovery_key(aside)
    aside.fill_in({"crm.claim.type": former}).press("ui.continue")
    expect(aside.field("crm.claim.type")).to_have_attribute("aria-invalid", "true")
    crm.type_recovery_key(page, office.recovery_key)
    aside.page.reload()
    found += looks.in_both_languages(aside, "claim-4-account")
    # A weak one is refused here, too; it is little more than a name that everybody knows.
    aside.fill_in({"ui.name": MANAGER["name"], "ui.password": "nordlicht"}).press("ui.continue")
    expect(aside.field("ui.password")).to_have_attribute("aria-invalid", "true")
    assert found == []
    office.apps["manager"] = crm.make_account(page, **MANAGER, finish="crm.claim.finish", whose="manager's")
    aside.sees(aside.say("crm.none"))
    assert looks.everywhere(page.page, "crm-none-en") == []
    crm.save_contact(page, FIRST)
    office.keep("way", f"From power-on to the first contact: {office.walk.report()}.\n")
    assert len(office.walk.forms) <= 10 and office.walk.presses <= 25, office.walk.report()
    office.plant(**{"passphrase": PASSPHRASE, "recovery key": office.recovery_key, "manager's password": MANAGER["password"],
                    "recovery key in one": office.recovery_key.replace("-", "").replace(" ", ""),
                    "manager's TOTP secret": office.apps["manager"].secret})
    office.plant(**{f"first contact's {name}": value for name, value in FIRST.items()})


def test_a_colleague_enrols_and_what_she_saves_appears_at_the_managers(office):
    manager = Screen(office.tabs["manager"].page)
    link = crm.invite(manager, STAFF["name"])
    page = office.tab("staff", office.desk, "zh-CN")
    page.open(link).heading(page.say("crm.enrol.code.title"))
    assert link.partition("#")[2] not in page.page.url, "the code stays in the address"
    assert looks.in_both_languages(page, "enrol-1-invited") == []
    office.apps["staff"] = crm.enrol(page, **STAFF)
    # The invitation works once.
    other = office.tab("late", office.desk)
    other.open(link).press("ui.continue").alert(other.say.problem("invitation-gone.detail"))
    manager.go("crm.contacts")
    crm.count(manager, 1)
    marked = manager.page.evaluate("window.marked = 1")
    crm.save_contact(page, CONTACT)
    for text in CONTACT.values():
        page.sees(text)
    expect(crm.row(manager, CONTACT["name"])).to_be_visible()
    crm.count(manager, 2)
    assert manager.page.evaluate("window.marked") == marked, "the page was loaded anew"
    page.go("crm.contacts")
    crm.count(page, 2)
    expect(crm.row(page, CONTACT["name"])).to_be_visible()
    office.plant(**{f"contact's {name}": value for name, value in CONTACT.items()})
    office.plant(**{"staff's name": STAFF["name"], "staff's password": STAFF["password"], "invitation": link.partition("#")[2],
                    "staff's TOTP secret": office.apps["staff"].secret})

"""A small business, chapter 3: each page in both languages, wide and on a phone, light and dark: axe finds nothing,
nothing is wider than the window. The pictures are in `build/screenshots`.

One story with the other chapters: each test goes on from where the one before ended.
"""

import pytest
from playwright.sync_api import expect

import admin
import crm
import looks
from business import CONTACT, FIRST
from pc import DESKTOP, PHONE
from words import LANGUAGES, Words

pytestmark = pytest.mark.usefixtures("chapter")

PEOPLE = (("陈晓雯", "海棠设计", "总监", "136 7788 9900"), ("Maria Lindqvist", "Nordhamn Shipping AB", "Purchasing", "+46 8 123 45 67"),
          ("㛃䶮", "青云纺织有限公司", "厂长", "137 1111 2222"), ("Björn Ekström", "Ekström & Co", "Owner", "+46 31 700 12 34"),
          ("司马文轩", "江南食品", "采购", "135 2468 1357"), ("Anne O'Neill", "O'Neill Packaging", "Logistics", "+353 1 555 0199"),
          ("李雷", "明川机械制造有限公司", "工程师", "138 9999 0000"), ("Zoë van den Berg", "Delft Optics BV", "", "+31 15 212 3456"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_admins_pages(office, language):
    page = office.tabs["admin"]
    speak(page, admin.ADDRESS, language)
    found = []
    for path, title in admin.PAGES.items():
        page.open(admin.ADDRESS + path).heading(page.say(title))
        found += looks.everywhere(page.page, f"admin-{path.strip('/') or 'protection'}-{language}")
    # On a phone the last places are in a menu.
    page.page.set_viewport_size(PHONE)
    page.press("ui.more")
    expect(page.page.get_by_role("menuitem", name=page.say("ui.account"))).to_be_visible()
    for scheme in ("light", "dark"):
        page.page.emulate_media(color_scheme=scheme)
        found += looks.faults(page.page, f"admin-more-{language}-{scheme}")
        looks.keep(page.page, f"admin-more-{language}-{scheme}")
    page.page.keyboard.press("Tab")
    expect(page.page.get_by_role("menuitem")).to_have_count(0)
    expect(page.page.get_by_role("button", name=page.say("ui.more"))).to_be_focused()
    page.page.emulate_media(color_scheme="light")
    page.page.set_viewport_size(DESKTOP)
    page.open(f"{admin.ADDRESS}/nowhere").heading(page.say("admin.notFound"))
    found += looks.everywhere(page.page, f"admin-not-found-{language}")
    speak(page, admin.ADDRESS, "en")
    assert found == []


def test_the_matrix_lights_the_map_and_says_its_cell(office):
    found = []
    for language in LANGUAGES:
        page = office.tabs["admin"]
        speak(page, admin.ADDRESS, language)
        page.open(f"{admin.ADDRESS}/zones").sees(page.say("admin.pickCell"))
        zone = {name: page.say(f"admin.zone.{name}") for name in ("wan", "office", "crm")}
        cell(page, zone["office"], zone["wan"], "all").click()
        page.sees(page.say("admin.flow.all", **{"from": zone["office"], "to": zone["wan"]}))
        lit(page, "passes", zone["wan"], zone["office"])
        page.page.keyboard.press("End")
        page.sees(page.say("admin.flow.crm", **{"from": zone["office"], "to": zone["crm"]}))
        lit(page, "passes", zone["office"], zone["crm"])
        found += looks.everywhere(page.page, f"admin-zones-lit-{language}")
        # On a phone there is a list instead, so the focus is gone.
        cell(page, zone["office"], zone["crm"], "crm").focus()
        page.page.keyboard.press("ArrowUp")
        page.sees(page.say("admin.flow.none", **{"from": zone["wan"], "to": zone["crm"]}))
        lit(page, "blocked", zone["wan"], zone["crm"])
        page.page.keyboard.press("Escape")
        page.sees(page.say("admin.pickCell"))
        lit(page, "blocked")
    speak(page, admin.ADDRESS, "en")
    assert found == []


def test_keys_act_are_listed_and_can_be_switched_off(office):
    page, found = office.tabs["manager"], []
    press = page.page.keyboard.press
    for language in LANGUAGES:
        speak(page, crm.ADDRESS, language)
        page.open(f"{crm.ADDRESS}/contacts").heading(page.say("crm.contacts"))
        crm.row(page, CONTACT["name"]).wait_for()
        press("j")
        expect(page.page.get_by_role("row").nth(1).get_by_role("link")).to_be_focused()
        press("/")
        expect(page.field("crm.search")).to_be_focused()
        # Whoever types means letters.
        page.page.keyboard.type("n?j")
        expect(page.field("crm.search")).to_have_value("n?j")
        page.field("crm.search").fill("")
        page.page.get_by_role("heading", level=1).focus()
        press("n")
        page.heading(page.say("crm.newContact"))
        expect(page.field("crm.field.name")).to_be_focused()
        page.page.keyboard.type("Half a name")
        press("Escape")
        page.heading(page.say("crm.contacts"))
        press("n")
        page.sees(page.say("crm.draftBack")).press("crm.startOver")
        press("Escape")
        page.heading(page.say("crm.contacts"))
        # Keys of rows are there with the rows.
        crm.row(page, CONTACT["name"]).wait_for()
        press("?")
        page.dialog().sees(page.say("ui.keyRows"))
        found += looks.everywhere(page.page, f"crm-keys-{language}")
        switch = page.page.get_by_role("dialog").get_by_role("checkbox", name=page.say("ui.singleKeys"))
        switch.uncheck()
        press("Escape")
        expect(page.page.get_by_role("dialog")).to_have_count(0)
        press("n")
        press("Control+k")
        page.dialog().sees(page.say("ui.goToName"))
        # The single key before did nothing.
        expect(page.page.get_by_role("heading", level=1, name=page.say("crm.contacts"), include_hidden=True)).to_be_visible()
        found += looks.faults(page.page, f"crm-go-to-{language}")
        page.page.keyboard.type(page.say("ui.account"))
        press("Enter")
        page.heading(page.say("ui.account"))
        page.page.get_by_role("checkbox", name=page.say("ui.singleKeys")).check()
    speak(page, crm.ADDRESS, "en")
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_change_is_reviewed_and_going_back_loses_nothing(office, language):
    page, found = office.tabs["admin"], []
    speak(page, admin.ADDRESS, language)
    admin.review_access(page, {"office": "nobody"})
    page.page.locator("summary").click()
    found += looks.everywhere(page.page, f"admin-review-{language}")
    page.fill_in({"admin.reason": "A closed day"}).press("ui.back", "link").heading(page.say("admin.access"))
    choice = page.field("admin.reachZone", zone=page.say("admin.zone.office"))
    expect(choice).to_have_value("nobody")
    page.page.reload()
    page.sees(page.say("admin.pickedBack"))
    found += looks.everywhere(page.page, f"admin-access-picked-{language}")
    page.press("admin.reviewChange").heading(page.say("admin.reviewTitle"))
    expect(page.field("admin.reason")).to_have_value("A closed day")
    page.press("ui.back", "link").press("admin.showCurrent")
    expect(choice).to_have_value("all")
    page.press("admin.reviewChange").sees(page.say("admin.changesNothing"))
    page.open(f"{admin.ADDRESS}/settings/import").heading(page.say("admin.importTitle"))
    found += looks.everywhere(page.page, f"admin-import-{language}")
    speak(page, admin.ADDRESS, "en")
    assert found == []


def test_a_pulled_cable_is_told_on_the_map(office):
    page = office.tabs["admin"].open(f"{admin.ADDRESS}/zones").sees(office.tabs["admin"].say("admin.portsLinked", linked=4, of=4))
    office.machine.cable("third", False)
    page.sees(page.say("admin.portsLinked", linked=3, of=4))
    office.machine.cable("third", True)
    page.sees(page.say("admin.portsLinked", linked=4, of=4))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_crms_pages(office, language):
    page = office.tabs["manager"]
    speak(page, crm.ADDRESS, language)
    if language == LANGUAGES[0]:
        for name, company, position, phone in PEOPLE:
            status, answer = page.send_request("POST", "/contacts", {"name": name, "company": company, "position": position,
                                                                     "phone": phone, "email": "", "note": ""})
            assert status == 201, answer
    found = []
    for path, title in crm.PAGES.items():
        page.open(crm.ADDRESS + path).heading(page.say(title))
        found += looks.everywhere(page.page, f"crm{path.replace('/', '-')}-{language}")
    page.open(f"{crm.ADDRESS}/contacts").heading(page.say("crm.contacts"))
    crm.row(page, CONTACT["name"] if language == "zh-CN" else FIRST["name"]).click()
    page.press("crm.edit", "link").heading(page.say("crm.editContact"))
    found += looks.everywhere(page.page, f"crm-edit-{language}")
    page.press("ui.back", "link").sees(page.say("crm.history"))
    found += looks.everywhere(page.page, f"crm-contact-{language}")
    page.press("crm.moreActions")
    expect(page.page.get_by_role("menuitem", name=page.say("crm.erase.ask"))).to_be_visible()
    found += looks.everywhere(page.page, f"crm-contact-menu-{language}")
    page.press("crm.erase.ask", "menuitem").sees(page.say("crm.erase.goesText"))
    found += looks.everywhere(page.page, f"crm-erase-{language}")
    page.open(f"{crm.ADDRESS}/contacts?search=nobody").sees(page.say("crm.noMatch"))
    found += looks.everywhere(page.page, f"crm-no-match-{language}")
    page.open(f"{crm.ADDRESS}/contacts/{'0' * 8}-0000-4000-8000-{'0' * 12}").sees(page.say("crm.goneText"))
    found += looks.everywhere(page.page, f"crm-gone-{language}")
    page.open(f"{crm.ADDRESS}/nowhere").heading(page.say("crm.notFound"))
    found += looks.everywhere(page.page, f"crm-not-found-{language}")
    page.open(f"{crm.ADDRESS}/contacts/new").heading(page.say("crm.newContact"))
    page.fill_in({"crm.field.phone": "1" * 61}).press("ui.save").error_at("crm.field.name", page.say("crm.nameEmpty"))
    found += looks.everywhere(page.page, f"crm-new-refused-{language}")
    page.fill_in({"crm.field.phone": ""})
    page.open(f"{crm.ADDRESS}/people").press("crm.lock.ask").sees(page.say("crm.lock.consequence"))
    found += looks.everywhere(page.page, f"crm-dialog-{language}")
    page.dialog().press("crm.lock.keep")
    speak(page, crm.ADDRESS, "en")
    assert found == []


@pytest.mark.parametrize("application", ["admin", "crm"])
def test_the_sign_in(office, application):
    address = {"admin": admin.ADDRESS, "crm": crm.ADDRESS}[application]
    page = office.tab("signing in").open(address).heading(Words("en")(f"{application}.signInTitle"))
    found = looks.in_both_languages(page, f"{application}-sign-in")
    page.fill_in({"ui.name": "nobody", "ui.password": "nothing of value"}).press("ui.continue")
    page.alert(page.say.problem("wrong-credentials.title")).alert(page.say.problem("wrong-credentials.detail"))
    found += looks.in_both_languages(page, f"{application}-sign-in-refused")
    page.page.context.close()
    del office.tabs["signing in"]
    assert found == []


def test_a_fault_in_a_page_is_told_and_leaves_the_other_pages(office):
    """The box's answer is spoiled on its way, so that the page stumbles over it."""
    page = office.tabs["admin"]
    before = len(office.office.complaints)
    page.page.route("**/api/v1/zones", lambda route: route.fulfill(json={}))
    page.open(f"{admin.ADDRESS}/zones").alert(page.say("ui.faultPage"))
    expect(page.page.get_by_role("heading", level=1)).to_be_focused()
    found = looks.everywhere(page.page, "admin-fault")
    page.go("log.title").go("admin.protection")
    page.press("admin.zones", "link").alert(page.say("ui.faultPage"))
    page.press("ui.tryAgain").alert(page.say("ui.faultPage"))
    page.page.unroute("**/api/v1/zones")
    page.press("ui.tryAgain").heading(page.say("admin.zones")).sees(page.say("admin.pickCell"))
    told_by_the_browser(office.office, before)
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fault_in_a_whole_application_is_told_and_has_a_way_on(office, language):
    before = len(office.office.complaints)
    page = office.tab("at fault", language=language)
    page.page.route("**/api/v1/start", lambda route: route.fulfill(json={"state": "locked"}))
    page.open(crm.ADDRESS).alert(page.say("ui.faultWhole"))
    found = looks.everywhere(page.page, f"crm-fault-{language}")
    page.page.unroute("**/api/v1/start")
    page.press("ui.tryAgain").heading(page.say("crm.signInTitle"))
    page.page.context.close()
    del office.tabs["at fault"]
    told_by_the_browser(office.office, before)
    assert found == []


def told_by_the_browser(pc, before):
    """What the console says of a fault is for whoever mends it: there, and nothing else beside it."""
    said = pc.complaints[before:]
    del pc.complaints[before:]
    assert said and all("TypeError" in line for line in said), said


def speak(page, address, language):
    """Changes the account's language, as its page would."""
    page.open(address).send_request("PATCH", "/account", {"language": language})
    page.say = Words(language)
    page.open(address)
    expect(page.page.locator("html")).to_have_attribute("lang", language)


def cell(page, source, target, allow):
    """A cell of the matrix of zones."""
    name = page.say("admin.cell", **{"from": source, "to": target, "allow": page.say(f"admin.allow.{allow}")})
    return page.page.get_by_role("gridcell", name=name)


def lit(page, how, *names):
    """Waits until the map shows these zones, and no others, as the picked cell's."""
    cards = page.page.locator(f"[data-lit={how}]")
    expect(cards).to_have_count(len(names))
    for card, name in zip(cards.all(), names, strict=True):
        expect(card).to_contain_text(name)

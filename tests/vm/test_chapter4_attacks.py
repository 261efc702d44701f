"""A small business, chapter 4: hostile texts and hostile pages.

One story with the other chapters: each test goes on from where the one before ended.
"""

import re

import pytest
from playwright.sync_api import expect

import admin
import crm
import hostile
import looks
from business import ORGANISATION
from screen import Screen

pytestmark = pytest.mark.usefixtures("chapter")


def nothing_ran(page):
    """No text of somebody's became a script, an element of a page, or a request to elsewhere."""
    assert page.page.evaluate(f"window.{hostile.RAN}") is None
    assert page.page.evaluate("document.querySelectorAll('#app script, #app iframe, #app math, #app base, #app meta, #app style,"
                              " #app details[ontoggle], #app img').length") == 0


def shows(page, text):
    """The text stands there as it was typed."""
    expect(page.page.get_by_text(text, exact=True).first).to_be_visible()


def test_a_strangers_script_on_the_crms_origin_gets_nothing_of_the_admin_app(office):
    page = office.tabs["admin"]
    before = page.page.context.cookies()
    context = page.page.context
    # Somebody who is signed in to both in one browser, and opens a page with a stranger's script on the CRM's origin.
    got = hostile.page_of(context).evaluate(hostile.SCRIPT)
    for what, value in got.items():
        if what != "cookies":
            assert value in ("nothing", "opaque"), f"{what}: {value}"
    # With white space before it the browser may let the name pass; then the box must not take it for its own.
    assert re.search(r"(^|; )__Host-admin", got["cookies"]) is None
    for opened in context.pages[1:]:
        opened.close()
    page.open(admin.ADDRESS).heading(page.say("admin.protection"))
    status, session = page.send_request("GET", "/session")
    assert status == 200 and session["account"]["language"] == "en", "a strange page changed the account"
    kept = {cookie["name"]: cookie["value"] for cookie in context.cookies(admin.ADDRESS)}
    assert {name: value for name, value in kept.items() if name.startswith("__Host-")} == \
        {cookie["name"]: cookie["value"] for cookie in before if cookie["domain"] == "gatehouse.internal"}
    # The matching "passes": the same request from the application's own page.
    assert page.send_request("PATCH", "/account", {"language": "en"})[0] == 200


def test_hostile_texts_stay_texts_wherever_they_are_shown(office):
    page = office.tabs["manager"]
    page.open(f"{crm.ADDRESS}/contacts").heading(page.say("crm.contacts"))
    made = []
    for text in hostile.ALL:
        status, contact = page.send_request("POST", "/contacts", {"name": text, "company": text, "position": text, "phone": text[:60],
                                                            "email": text, "note": text})
        assert status == 201, f"{text!r}: {contact}"
        made.append((contact["id"], contact["name"]))
    # A page that others had open meanwhile shows them, too.
    page.open(f"{crm.ADDRESS}/contacts").heading(page.say("crm.contacts"))
    more = page.page.get_by_role("button", name=page.say("crm.showMore"))
    while more.is_visible():
        more.click()
    for _, name in made:
        expect(crm.row(page, name)).to_have_count(1)
    nothing_ran(page)
    for number, name in made[:len(hostile.XSS)]:
        page.open(f"{crm.ADDRESS}/contacts/{number}").heading(name)
        expect(page.page.get_by_role("link", name=name, exact=True).first).to_be_visible()
        for link in page.page.get_by_role("main").get_by_role("link").all():
            address = link.get_attribute("href")
            assert address.startswith(("/", "mailto:", "tel:")), f"{name!r} became a link to {address}"
        nothing_ran(page)
    for number, name in (made[0], made[5], made[-1]):
        page.open(f"{crm.ADDRESS}/contacts/{number}/edit").heading(page.say("crm.editContact"))
        expect(page.field("crm.field.note")).to_have_value(name)
        nothing_ran(page)
    for _, name in made[:3]:
        page.open(f"{crm.ADDRESS}/contacts").heading(page.say("crm.contacts")).fill_in({"crm.search": name})
        expect(crm.row(page, name)).to_be_visible()
        nothing_ran(page)
    page.open(f"{crm.ADDRESS}/log").heading(page.say("log.title"))
    shows(page, made[-1][1])
    nothing_ran(page)
    for path in ("/contacts", f"/contacts/{made[-1][0]}", "/log"):
        page.open(crm.ADDRESS + path)
        assert looks.everywhere(page.page, f"hostile{path.rpartition('/')[0]}", picture=False) == []


def test_hostile_names_of_people_stay_texts(office):
    page = office.tabs["manager"]
    page.open(f"{crm.ADDRESS}/people").heading(page.say("crm.people"))
    for text in hostile.XSS[:6]:
        status, answer = page.send_request("POST", "/invitations", {"name": text, "role": "staff"})
        assert status == 200, answer
    with office.desk.page() as bare:
        invited = Screen(bare).open(answer["link"]).press("ui.continue").sees(ORGANISATION)
        expect(invited.field("ui.name")).to_have_value(text)
        nothing_ran(invited)
    page.open(f"{crm.ADDRESS}/people").heading(page.say("crm.people"))
    for text in hostile.XSS[:6]:
        shows(page, text)
    nothing_ran(page)
    # Withdrawn again; the question names whom it is about.
    for text in hostile.XSS[:2]:
        row = page.page.get_by_role("list", name=page.say("crm.invitations")).get_by_role("listitem").filter(has_text=text)
        row.get_by_role("button").click()
        shows(page, page.say("crm.withdrawTitle", name=text))
        nothing_ran(page)
        page.dialog().press("crm.withdrawNow")
        expect(row).to_have_count(0)


def test_hostile_names_on_the_locked_page_stay_texts(office):
    """The names are put into the server's answer on its way; the page and its policy are the real ones."""
    text = hostile.XSS[0]
    with office.office.page() as bare:
        bare.goto(crm.ADDRESS)
        start = bare.evaluate("fetch('/api/v1/start').then((answer) => answer.json())")
        start |= {"state": "locked", "lockedBecause": "started", "organisation": text, "unlockers": list(hostile.XSS)}
        bare.route("**/api/v1/start", lambda route: route.fulfill(json=start))
        bare.reload()
        expect(bare.get_by_text(hostile.XSS[-1])).to_be_visible()
        expect(bare.get_by_text(text, exact=True).first).to_be_visible()
        assert bare.evaluate(f"window.{hostile.RAN}") is None


def test_the_browser_would_have_reported_what_the_policy_stops(office):
    """What the tests above rely on: what a page carries from elsewhere is stopped, said on the console, and reported."""
    page = office.tab("broken", office.desk)
    before = len(office.desk.complaints)
    page.open(crm.ADDRESS).heading(page.say("crm.signInTitle"))
    page.page.evaluate("document.body.append(Object.assign(new Image(), { src: 'https://gatehouse.internal/picture.png' }))")
    office.wait(lambda: page.page.evaluate("1") and any("content policy" in line for line in office.desk.complaints[before:]))
    del office.desk.complaints[before:]
    page.page.context.close()
    del office.tabs["broken"]


def test_the_two_applications_share_no_session(office):
    for who, address, other in (("admin", crm.ADDRESS, "crm"), ("manager", admin.ADDRESS, "admin")):
        page = office.tabs[who]
        mine = next(cookie for cookie in page.page.context.cookies() if cookie["name"] in ("__Host-admin", "__Host-crm"))
        with office.office.page() as bare:
            host = address.removeprefix("https://")
            bare.context.add_cookies([{"name": f"__Host-{other}", "value": mine["value"], "url": address, "secure": True,
                                       "httpOnly": True, "sameSite": "Strict"}])
            bare.goto(address)
            status = bare.evaluate("fetch('/api/v1/session').then((answer) => answer.status)")
            assert status == 401, f"a session of another realm opens {host}"

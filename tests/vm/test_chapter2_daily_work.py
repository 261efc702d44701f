"""A small business, chapter 2: what goes wrong on an ordinary day, and loses nothing.

One story with the other chapters: each test goes on from where the one before ended.
"""

import re
import time

import pytest
from playwright.sync_api import expect

import admin
import crm
import looks
from business import ALSO_ERASED, CONTACT, ERASED, FIRST, MANAGER, SECOND, STAFF
from screen import Screen

pytestmark = pytest.mark.usefixtures("chapter")


def contacts(page):
    """The list of contacts, wherever one was."""
    page.open(f"{crm.ADDRESS}/contacts").heading(page.say("crm.contacts"))
    return page


def test_a_double_click_on_save_makes_one_contact(office):
    page = contacts(office.tabs["staff"])
    crm.count(page, 2)
    page.press("crm.newContact", "link").fill_in({f"crm.field.{name}": value for name, value in SECOND.items()})
    page.page.get_by_role("button", name=page.say("ui.save"), exact=True).dblclick()
    page.heading(SECOND["name"])
    crm.count(contacts(page), 3)


def test_the_list_is_searched_sorted_and_filtered(office):
    page = contacts(office.tabs["staff"])
    names = page.page.get_by_role("table").get_by_role("row").get_by_role("link")
    # By pinyin: Nora, ouyang, zhang.
    expect(names).to_have_text([FIRST["name"], SECOND["name"], CONTACT["name"]])
    page.page.get_by_role("table").get_by_role("button", name=page.say("crm.field.name")).click()
    expect(names).to_have_text([CONTACT["name"], SECOND["name"], FIRST["name"]])
    page.fill_in({"crm.search": "zsm"})
    expect(names).to_have_text([CONTACT["name"]])
    names.click()
    page.heading(CONTACT["name"]).page.go_back()
    # What was asked for is still there.
    expect(page.field("crm.search")).to_have_value("zsm")
    expect(names).to_have_text([CONTACT["name"]])
    # A search that the box does not take leaves the box to mend it in.
    page.fill_in({"crm.search": "a b c d e f g h i j k"})
    page.error_at("crm.search", page.say.problem("field.search-too-long", most=200, words=10))
    # What is too long is not cut in silence.
    page.fill_in({"crm.search": "x" * 201}).error_at("crm.search", page.say("crm.searchTooLong", most=200, has=201))
    expect(page.field("crm.search")).to_have_value("x" * 201)
    page.fill_in({"crm.search": "zsm"})
    expect(names).to_have_text([CONTACT["name"]])
    page.fill_in({"crm.search": "nobody is called this"}).sees(page.say("crm.noMatch")).press("crm.dropSearch")
    crm.row(page, CONTACT["name"]).click()
    page.page.get_by_role("link", name=CONTACT["company"], exact=True).click()
    expect(names).to_have_count(2)


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(office):
    for who in ("manager", "staff"):
        page = contacts(office.tabs[who]).press("crm.newContact", "link")
        page.fill_in({"crm.field.company": "Kept"}).press("ui.save").error_at("crm.field.name", page.say("crm.nameEmpty"))
        page.fill_in({"crm.field.name": "Kept too", "crm.field.phone": "1" * 61}).press("ui.save")
        page.error_at("crm.field.phone", page.say.problem("field.too-long", most=60))
        expect(page.field("crm.field.company")).to_have_value("Kept")
        # Back, and forward again: it is still there.
        page.page.go_back()
        page.heading(page.say("crm.contacts")).page.go_forward()
        page.sees(page.say("crm.draftBack"))
        expect(page.field("crm.field.company")).to_have_value("Kept")
        page.press("crm.startOver")
        expect(page.field("crm.field.company")).to_have_value("")


def test_two_tabs_that_change_one_contact_lose_nothing(office):
    one = contacts(office.tabs["manager"])
    crm.row(one, SECOND["name"]).click()
    one.heading(SECOND["name"]).press("crm.edit", "link").heading(one.say("crm.editContact"))
    address = one.page.url
    other = contacts(office.tabs["staff"]).open(address).heading(office.tabs["staff"].say("crm.editContact"))
    one.fill_in({"crm.field.position": "Head of sales", "crm.field.note": "Mine"})
    other.fill_in({"crm.field.phone": "139 0000 0000", "crm.field.note": "Theirs"}).press("ui.save").heading(SECOND["name"])
    one.sees(one.say("crm.newer")).press("ui.save").sees(one.say("crm.meanwhile"))
    # Taken over where nothing was typed; what was typed stays.
    expect(one.field("crm.field.phone")).to_have_value("139 0000 0000")
    expect(one.field("crm.field.position")).to_have_value("Head of sales")
    expect(one.field("crm.field.note")).to_have_value("Mine")
    one.press("ui.save").heading(SECOND["name"]).sees("Head of sales").sees("139 0000 0000").sees("Mine")
    for who in (STAFF["name"], MANAGER["name"]):
        one.sees(re.compile(re.escape(one.say("crm.history.changed", actor=who, fields=""))))


def test_deleting_can_be_undone(office):
    page = contacts(office.tabs["manager"])
    crm.row(page, SECOND["name"]).click()
    page.press("crm.delete").sees(page.say("crm.deletedNamed", name=SECOND["name"]))
    expect(page.page.get_by_role("heading", level=1)).to_be_focused()
    crm.count(page, 2)
    page.page.get_by_role("button", name=page.say("ui.undo"), exact=True).dblclick()
    page.heading(SECOND["name"])
    crm.count(contacts(page), 3)
    expect(page.page.get_by_role("alert")).to_have_count(0)


def test_what_was_deleted_can_be_restored_after_the_undo_is_gone(office):
    page = contacts(office.tabs["manager"])
    for contact in (FIRST, SECOND):
        crm.row(page, contact["name"]).click()
        page.heading(contact["name"]).press("crm.delete").sees(page.say("crm.deletedNamed", name=contact["name"]))
    crm.count(page, 1)
    # Anybody may, also who did not delete it.
    other = contacts(office.tabs["staff"]).press("crm.deletedList", "link").heading(office.tabs["staff"].say("crm.deletedList"))
    for contact in (FIRST, SECOND):
        other.press("crm.restoreNamed", name=contact["name"]).sees(other.say("crm.restoredNamed", name=contact["name"]))
    other.sees(other.say("crm.deletedNone"))
    crm.count(contacts(page), 3)


def test_what_a_colleague_deletes_while_one_types_is_saved_with_it(office):
    here = contacts(office.tabs["staff"])
    crm.row(here, SECOND["name"]).click()
    here.heading(SECOND["name"]).press("crm.edit", "link").heading(here.say("crm.editContact"))
    here.fill_in({"crm.field.position": "Deputy head of sales"})
    there = contacts(office.tabs["manager"])
    crm.row(there, SECOND["name"]).click()
    there.heading(SECOND["name"]).press("crm.delete").sees(there.say("crm.deletedNamed", name=SECOND["name"]))
    here.sees(re.compile(re.escape(here.say("crm.deletedBy", actor=MANAGER["name"])))).sees(here.say("crm.deletedWhileTyping"))
    expect(here.page.get_by_role("alert").filter(has_text=here.say("crm.deletedWhileTyping"))).to_be_in_viewport()
    here.press("crm.restoreAndSave").heading(SECOND["name"]).sees("Deputy head of sales")
    crm.count(contacts(there), 3)


def test_a_contact_is_erased_for_good_and_every_open_page_forgets_it(office):
    office.plant(**{f"erased {number} {name}": value for number, one in enumerate((ERASED, ALSO_ERASED)) for name, value in one.items()})
    page, here = contacts(office.tabs["manager"]), contacts(office.tabs["staff"])
    crm.save_contact(page, ERASED)
    number = crm.id_of(page)
    office.erased.append(number)
    crm.save_contact(contacts(page), ALSO_ERASED)
    crm.row(here, ERASED["name"]).click()
    here.heading(ERASED["name"])
    typing = office.second_tab(here, office.desk).open(f"{crm.ADDRESS}/contacts/{number}/edit").heading(here.say("crm.editContact"))
    typing.fill_in({"crm.field.position": "Half typed"})
    # Of the staff nobody is offered it, and nobody may.
    expect(here.page.get_by_role("button", name=here.say("crm.moreActions"), exact=True)).to_have_count(0)
    for method in ("GET", "POST"):
        status, _ = here.send_request(method, f"/contacts/{number}/erasure", {"reason": "asked"} if method == "POST" else None)
        assert status == 403
    crm.row(contacts(page), ERASED["name"]).click()
    page.heading(ERASED["name"]).press("crm.moreActions").press("crm.erase.ask", "menuitem")
    page.heading(page.say("crm.erase.title", name=ERASED["name"])).sees(number)
    # Who else names the person is shown, and stays.
    mentions = page.page.get_by_role("list", name=page.say("crm.erase.mentions"))
    expect(mentions.get_by_role("link")).to_have_text([ALSO_ERASED["name"]])
    page.fill_in({"crm.erase.name": "柳青"}).press("crm.erase.now")
    page.error_at("crm.erase.reason", page.say("crm.erase.reasonEmpty"))
    page.error_at("crm.erase.name", page.say("crm.erase.notSame", name=ERASED["name"]))
    assert looks.everywhere(page.page, "crm-erase-refused") == []
    page.choose("crm.erase.reason", "asked").fill_in({"crm.erase.note": f"by {ERASED['name']}", "crm.erase.name": f" {ERASED['name']}\u3000"})
    # Enter takes over what an input method offers, and sends nothing.
    page.field("crm.erase.name").press("Enter")
    expect(page.field("crm.erase.name")).to_be_focused()
    page.press("crm.erase.now").error_at("crm.erase.note", page.say.problem("field.names-person"))
    page.fill_in({"crm.erase.note": "17/26"})
    page.page.get_by_role("button", name=page.say("crm.erase.now"), exact=True).dblclick()
    page.heading(page.say("crm.gone")).sees(page.say("crm.erased.title"))
    page.sees(re.compile(re.escape(page.say("crm.erased.by", actor=MANAGER["name"]))))
    # The others had it open, one of them typing into it.
    for other in (page, here, typing):
        other.heading(other.say("crm.gone")).sees(other.say("crm.erased.title"))
        expect(other.page.get_by_role("alert")).to_have_count(0)
        assert ERASED["name"] not in other.page.content()
        assert ERASED["phone"] not in other.page.content()
    assert looks.everywhere(here.page, "crm-erased") == []
    typing.page.close()
    status, told = page.send_request("POST", f"/contacts/{number}/restore")
    assert (status, told["type"]) == (410, "urn:gatehouse:problem:erased")
    assert ERASED["name"] not in str(told)
    crm.count(contacts(page), 4)
    page.fill_in({"crm.search": ERASED["email"]}).sees(page.say("crm.noMatch")).press("crm.dropSearch")
    crm.row(contacts(here), ALSO_ERASED["name"]).wait_for()
    expect(crm.row(here, ERASED["name"])).to_have_count(0)


def test_a_deleted_contact_is_erased_from_the_list_of_the_deleted(office):
    page, here = contacts(office.tabs["manager"]), contacts(office.tabs["staff"])
    crm.row(page, ALSO_ERASED["name"]).click()
    page.heading(ALSO_ERASED["name"])
    office.erased.append(crm.id_of(page))
    page.press("crm.delete").sees(page.say("crm.deletedNamed", name=ALSO_ERASED["name"]))
    here.press("crm.deletedList", "link").heading(here.say("crm.deletedList")).sees(ALSO_ERASED["name"])
    asks = here.page.get_by_role("button", name=here.say("crm.erase.askNamed", name=ALSO_ERASED["name"]), exact=True)
    expect(asks).to_have_count(0)
    page.press("crm.deletedList", "link").heading(page.say("crm.deletedList"))
    page.press("crm.erase.askNamed", name=ALSO_ERASED["name"]).heading(page.say("crm.erase.title", name=ALSO_ERASED["name"]))
    # By keyboard alone: from the name on, Tab comes to both answers.
    page.choose("crm.erase.reason", "mistake").fill_in({"crm.erase.name": ALSO_ERASED["name"]})
    assert unreached(page.page) == []
    button = page.page.get_by_role("button", name=page.say("crm.erase.now"), exact=True)
    button.focus()
    page.page.keyboard.press("Enter")
    page.heading(page.say("crm.gone")).sees(page.say("crm.erased.title"))
    # Nobody can bring it back any more.
    here.sees(here.say("crm.deletedNone"))
    assert ALSO_ERASED["name"] not in here.page.content()
    crm.count(contacts(page), 3)


def test_a_session_that_was_ended_elsewhere_ends_at_once_and_keeps_what_was_typed(office):
    here = contacts(office.tabs["staff"]).press("crm.newContact", "link")
    here.fill_in({"crm.field.name": "Clara Weiss"})
    there = office.tab("elsewhere", office.office, "zh-CN")
    there.open(crm.ADDRESS)
    admin.sign_in(there, STAFF["name"], STAFF["password"], office.apps["staff"].code())
    there.heading(there.say("crm.contacts")).open(f"{crm.ADDRESS}/account").heading(there.say("ui.account"))
    there.sees(there.say("ui.deviceOn", browser=there.say("ui.browser.chrome"), system=there.say("ui.system.linux")))
    there.press("ui.endSession")
    assert looks.everywhere(there.page, "crm-end-session-zh-CN") == []
    there.dialog().press("ui.endSession")
    expect(there.page.get_by_role("button", name=there.say("ui.endSession"), exact=True)).to_have_count(0)
    ended = time.monotonic()
    here.press("ui.save").sees(here.say("ui.sessionEndedHere"))
    assert time.monotonic() - ended < 1.5
    expect(here.field("crm.field.company")).to_be_hidden()
    again = here.dialog()
    again.fill_in({"ui.password": STAFF["password"]}).press("ui.continue")
    again.fill_in({"ui.code": office.apps["staff"].code()}).press("ui.signIn")
    expect(again.root).to_have_count(0)
    expect(here.field("crm.field.name")).to_have_value("Clara Weiss")
    here.press("ui.save").heading("Clara Weiss")


def test_a_session_that_was_ended_in_another_tab_shows_the_next_person_nothing_of_what_was_typed(office):
    here = contacts(office.tabs["elsewhere"]).press("crm.newContact", "link")
    here.fill_in({"crm.field.note": "只给自己看"})
    office.second_tab(here).open(f"{crm.ADDRESS}/account").press("ui.signOut")
    # Nobody touches the page meanwhile.
    here.sees(here.say("ui.sessionEndedHere"))
    admin.sign_in(here.dialog(), MANAGER["name"], MANAGER["password"], office.apps["manager"].code())
    next_one = Screen(here.page).heading(Screen(here.page).say("crm.contacts"))
    next_one.press("crm.newContact", "link")
    expect(next_one.field("crm.field.note")).to_have_value("")


def test_a_colleague_of_the_staff_sees_neither_people_nor_log(office):
    page = contacts(office.tabs["staff"])
    for key in ("crm.people", "log.title"):
        expect(page.page.get_by_role("link", name=page.say(key), exact=True)).to_have_count(0)
    for path in ("/people", "/log"):
        page.open(f"{crm.ADDRESS}{path}").heading(page.say("crm.notFound"))
        assert page.page.evaluate(f"fetch('/api/v1{path}').then((answer) => answer.status)") == 403


def test_each_page_can_be_reached_by_keyboard(office):
    for who, address, pages in (("admin", admin.ADDRESS, admin.PAGES), ("manager", crm.ADDRESS, crm.PAGES)):
        page = Screen(office.tabs[who].page).open(address)
        links = page.page.get_by_role("navigation").first.get_by_role("link")
        links.first.wait_for()
        for name in links.all_inner_texts():
            page.page.evaluate("document.activeElement.blur()")
            page.page.get_by_role("link", name=page.say("ui.skip")).focus()
            for _ in range(30):
                page.page.keyboard.press("Tab")
                if page.page.evaluate("document.activeElement.innerText") == name:
                    break
            else:
                pytest.fail(f"no way to {name!r} by keyboard")
            page.page.keyboard.press("Enter")
            page.heading(name.strip())
        for path, title in pages.items():
            page.open(address + path).heading(page.say(title))
            assert unreached(page.page) == []


# Everything that takes keys and can be seen, in the order of the page. Of radio buttons that belong together Tab comes
# to the one that is picked; the arrow keys go on from there.
_TAKES_KEYS = """() => [...document.querySelectorAll('a[href],button,input,select,textarea,summary,[tabindex="0"]')]
  .filter((one) => one.checkVisibility() && !one.disabled && !one.closest('[inert]'))
  .filter((one) => one.type !== 'radio' || one.checked || !document.querySelector(`input[type=radio][name="${one.name}"]:checked`))"""


def unreached(page):
    """What takes keys and is not come by with Tab."""
    page.evaluate(f"window.wanted = new Set(({_TAKES_KEYS})())")
    number = page.evaluate("wanted.size")
    page.evaluate("document.activeElement.blur()")
    for _ in range(number + 10):
        page.keyboard.press("Tab")
        page.evaluate("wanted.delete(document.activeElement)")
    return page.evaluate("[...wanted].map((one) => one.outerHTML.slice(0, 120))")

"""A small business, chapter 5: the logs of both applications, on their pages and taken elsewhere.

One story with the other chapters: each test goes on from where the one before ended.
"""

import os

import pytest
from playwright.sync_api import expect

import business
import chain
import looks
from business import ALSO_ERASED, CONTACT, ERASED, FIRST, MANAGER, SECOND, STAFF
from screen import Screen

pytestmark = pytest.mark.usefixtures("chapter")


def test_both_logs_show_who_saved_and_who_looked(office):
    page = whole_log(office.tabs["manager"])
    for action, who, about in (("contact-created", STAFF["name"], CONTACT["name"]), ("contact-list", STAFF["name"], CONTACT["name"]),
                               ("contact-opened", STAFF["name"], CONTACT["name"]), ("contact-created", MANAGER["name"], FIRST["name"]),
                               ("enrolled", STAFF["name"], None), ("vault-created", None, None)):
        expect(rows(page, action, who, about).first).to_be_visible()
    # Of who was erased there is the number, who did it and why; no entry names them any more.
    for number, why in zip(office.erased, (page.say("log.erasedNote", reason=page.say("log.erased.asked"), note="17/26"), page.say("log.erased.mistake")), strict=True):
        expect(rows(page, "contact-erased", MANAGER["name"], page.say("log.contactNumber", id=number), why)).to_have_count(1)
    for one in (ERASED, ALSO_ERASED):
        expect(rows(page).filter(has_text=one["name"])).to_have_count(0)
    # Who deletes a contact asks for it no more; one that never was there has been asked for.
    missed = rows(page, "contact-opened", page.say("log.missing"), MANAGER["name"])
    expect(missed.first).to_be_visible()
    expect(missed.filter(has_text=SECOND["name"])).to_have_count(0)
    page = whole_log(office.tabs["admin"])
    for action in ("setup-done", "settings-changed", "code-made"):
        expect(rows(page, action).first).to_be_visible()
    # What is the CRM's stays there.
    expect(rows(page).filter(has_text=CONTACT["name"])).to_have_count(0)


def whole_log(tab):
    """The log's page with all entries."""
    page = Screen(tab.page).go("log.title")
    rows(page).first.wait_for()
    older = page.page.get_by_role("button", name=page.say("log.older"))
    while older.is_visible():
        before = rows(page).count()
        older.click()
        expect(rows(page).nth(before)).to_be_visible()
    return page


def rows(page, action=None, *texts):
    """The rows of an action that have these texts, too."""
    found = page.page.get_by_role("table", name=page.say("log.title")).get_by_role("row")
    for text in filter(None, (action and page.say(f"log.action.{action}"), *texts)):
        found = found.filter(has_text=text)
    return found


@pytest.mark.parametrize("who", ["admin", "manager"])
def test_an_exported_log_is_accepted_and_a_changed_one_is_not(office, who, tmp_path):
    page = Screen(office.tabs[who].page).go("log.title")
    head = signed_head(page)
    found = looks.everywhere(page.page, f"log-head-{who}")
    with page.page.expect_download() as download:
        page.page.get_by_role("link", name=page.say("log.export")).click()
    path = os.path.join(tmp_path, "whole")
    download.value.save_as(path)
    with open(path, "rb") as file:
        whole = file.read()
    assert len(chain.entries(whole)) > 5
    code, said = business.verify(path, "--head", head)
    assert code == 0, said

    def judged(content, *words):
        path = os.path.join(tmp_path, "changed")
        with open(path, "wb") as file:
            file.write(content)
        return business.verify(path, *words)
    for change in (chain.one_byte_changed, chain.one_entry_removed, chain.two_entries_swapped):
        code, said = judged(change(whole), "--head", head)
        assert code == 1, f"{change.__name__}: {said}"
    # An earlier export is whole in itself: that its end was cut off shows by a head from later.
    page.page.reload()
    page.heading(page.say("log.title"))
    later = signed_head(page)
    assert later != head
    code, said = judged(whole)
    assert code == 3, said
    code, said = judged(whole, "--head", later)
    assert code == 1, f"a cut tail: {said}"
    assert found == []


def signed_head(page):
    """The line that a person keeps elsewhere."""
    return page.press("log.head").shown("^gatehouse-head-1 ")

"""A small business, chapter 5, second half: the admin changes who may reach the CRM, keeps it, goes back, and locks
herself out; each time the box is as it was when nobody says "keep".

One story with the other chapters: each test goes on from where the one before ended.
"""

import time

import pytest
from playwright.sync_api import expect

import admin
import looks
from business import ADMIN
from harness import internet
from words import LANGUAGES

pytestmark = pytest.mark.usefixtures("chapter")

CRM4, ADMIN4 = "192.168.30.10", "192.168.10.1"
# What the box may take to go back, and a client to notice.
AND = 3


def reaches(office, address, client="office"):
    """Whether a client gets a connection; a refusal by rules is silence."""
    try:
        office.client(client).tcp(address, 443, timeout=2)
    except OSError:
        return False
    return True


def bar(page):
    """What stands above the page while new settings are tried."""
    return page.page.get_by_role("region", name=page.say("admin.onTrial"))


def history(page):
    """Changes of the settings as the API tells them, the last one first."""
    status, answer = page.send_request("GET", "/settings/history")
    assert status == 200, answer
    return answer["items"]


def test_a_change_is_in_force_at_once_and_stays_when_it_is_kept(office):
    page = office.tabs["admin"]
    assert reaches(office, CRM4)
    admin.review_access(page, {"office": "nobody"})
    page.fill_in({"admin.reason": "Stock-taking 盘点"}).press("admin.try.60")
    expect(bar(page)).to_be_visible()
    office.wait(lambda: not reaches(office, CRM4))
    found = looks.everywhere(page.page, "admin-trial")
    page.go("admin.zones").sees(page.say("admin.now"))
    expect(bar(page)).to_be_visible()
    page.press("admin.keepSettings")
    expect(bar(page)).to_have_count(0)
    page.go("admin.settings").sees("Stock-taking 盘点").sees(page.say("admin.outcome.kept"))
    assert not reaches(office, CRM4)
    assert [(one["outcome"], one["by"]) for one in history(page)] == [("kept", ADMIN["name"])]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_back_is_a_change_like_any_other(office, language):
    page = office.tabs["admin"]
    status, _ = page.send_request("PATCH", "/account", {"language": language})
    assert status == 200
    page.say = type(page.say)(language)
    page.open(f"{admin.ADDRESS}/settings").heading(page.say("admin.settings"))
    found = looks.everywhere(page.page, f"admin-settings-{language}")
    all_changes = page.page.get_by_role("list", name=page.say("admin.history")).get_by_role("listitem")
    all_changes.filter(has_text=page.say("admin.outcome.kept")).first.get_by_role("link").first.click()
    page.heading(page.say("admin.change"))
    found += looks.everywhere(page.page, f"admin-change-{language}")
    page.press("admin.goBackBefore", "link").heading(page.say("admin.reviewTitle"))
    page.press("admin.try.60")
    expect(bar(page)).to_be_visible()
    if language == LANGUAGES[0]:
        # A second thought.
        page.root.get_by_role("button", name=page.say("ui.undo"), exact=True).click()
        expect(bar(page)).to_have_count(0)
        assert history(page)[0]["outcome"] == "undone"
        assert not reaches(office, CRM4)
    else:
        page.press("admin.keepSettings")
        expect(bar(page)).to_have_count(0)
        office.wait(lambda: reaches(office, CRM4))
        status, _ = page.send_request("PATCH", "/account", {"language": "en"})
        assert status == 200
        page.say = type(page.say)("en")
    assert found == []


def test_who_locks_herself_out_is_let_in_again_by_the_box(office):
    page = office.tabs["admin"]
    page.open(f"{admin.ADDRESS}/zones").heading(page.say("admin.zones"))
    since = time.monotonic()
    admin.try_locking_out(page, {"management": {"from": [{"zone": "office", "addresses": ["192.168.10.250/32"]}]}}, 30)
    office.wait(lambda: not reaches(office, ADMIN4))
    office.wait(lambda: reaches(office, ADMIN4))
    gone = time.monotonic() - since
    # A connection that found no way is tried again after a second, then two.
    assert 20 < gone < 30 + AND + 3, f"let in again after {gone:.1f} s"
    assert admin.tried_after_all(page) in (409, 0), "what the browser sent again by itself was tried again"
    assert [one["outcome"] for one in history(page)][:2] == ["expired", "kept"]
    assert reaches(office, ADMIN4)
    page.open(f"{admin.ADDRESS}/settings").heading(page.say("admin.settings")).sees(page.say("admin.outcome.expired"))
    office.forget_silence()


def test_hostd_is_killed_while_settings_are_tried(office):
    page = office.tabs["admin"]
    before = len(office.journal())
    admin.try_changed(page, {"crm": {"reachable_from": []}}, 300)
    office.wait(lambda: not reaches(office, CRM4))
    office.probe.exec("systemctl", "kill", "--signal=KILL", "gatehouse-hostd.service")
    office.wait(lambda: reaches(office, CRM4), 60)
    said = office.journal()[before:]
    # Open pages look every few seconds whether somebody tries something.
    mine = ("gatehouse-hostd.service: ", "hostd does not answer")
    assert said and all(any(part in line for part in mine) for line in said), said
    office.excused += said
    page.open(f"{admin.ADDRESS}/settings").heading(page.say("admin.settings")).sees(page.say("admin.outcome.restarted"))
    assert history(page)[0]["outcome"] == "restarted"
    office.forget_silence(503)


def test_a_strangers_confirmation_is_none(office):
    page = office.tabs["admin"]
    tried = admin.try_changed(page, {"crm": {"reachable_from": []}}, 300)
    other = office.tab("other admin", office.desk)
    other.open(admin.ADDRESS)
    admin.sign_in(other, ADMIN["name"], ADMIN["password"], office.apps["admin"].code())
    other.heading(other.say("admin.protection"))
    status, answer = other.send_request("POST", "/settings/confirm", {"token": tried["token"]})
    assert (status, answer["type"].rpartition(":")[2]) == (403, "not-yours")
    # Another admin sees whose it is, and may undo it.
    expect(bar(other)).to_contain_text(ADMIN["name"])
    bar(other).get_by_role("button", name=other.say("ui.undo")).click()
    expect(bar(other)).to_have_count(0)
    office.wait(lambda: reaches(office, CRM4))
    assert history(page)[0]["outcome"] == "undone"
    other.page.context.close()
    del office.tabs["other admin"]


def test_a_rule_turns_a_pc_away_tells_it_so_and_counts(office):
    page, pc = office.tabs["admin"], office.client("office")
    assert pc.http(internet.WEB4)
    rule = {"id": 7, "action": "reject", "services": ["web"], "from": {"zones": ["office"], "addresses": "all"},
            "to": {"zones": ["wan"], "addresses": "all"}, "comment": "午休"}
    admin.try_changed(page, {"rules": [rule]}, 300)
    with pytest.raises(ConnectionRefusedError):
        pc.http(internet.WEB4)
    found = []
    for language in LANGUAGES:
        page.say = type(page.say)(language)
        status, _ = page.send_request("PATCH", "/account", {"language": language})
        assert status == 200
        page.open(f"{admin.ADDRESS}/rules").heading(page.say("admin.rules"))
        page.sees("午休", page.page.get_by_role("list", name=page.say("admin.rules")))
        found += looks.everywhere(page.page, f"admin-rules-one-{language}")
    status, told = page.send_request("GET", "/rules")
    assert status == 200 and told["rules"][0]["hits"] > 0, told
    page.say = type(page.say)("en")
    page.send_request("PATCH", "/account", {"language": "en"})
    page.open(f"{admin.ADDRESS}/rules").heading(page.say("admin.rules"))
    page.root.get_by_role("button", name=page.say("ui.undo"), exact=True).click()
    expect(bar(page)).to_have_count(0)
    assert pc.http(internet.WEB4)
    assert found == []


@pytest.mark.parametrize("asked,arrives", [
    ({"from": "office", "to": "wan", "protocol": "tcp", "port": 443}, True),
    ({"from": "office", "to": "box", "protocol": "tcp", "port": 443}, True),
    ({"from": "office", "to": "box", "protocol": "tcp", "port": 22}, False),
    ({"from": "office", "to": "crm", "protocol": "tcp", "port": 443}, True),
    ({"from": "office", "to": "crm", "protocol": "icmp"}, False),
    ({"from": "wan", "to": "office", "protocol": "udp", "port": 53}, False),
])
def test_a_packet_that_is_really_sent_fares_as_the_rules_say(office, asked, arrives):
    status, told = office.tabs["admin"].send_request("POST", "/probes", {**asked, "version": 4})
    assert status == 200, told
    assert (told["arrived"], told["agrees"]) == (arrives, True), told

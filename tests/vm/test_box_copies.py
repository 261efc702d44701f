"""For `make test-long`: the box copies itself off site; its disk is lost, and a blank one takes its place from the printed
sheet alone, with the accounts, the certificates and the settings that there were.
"""

import os

import pytest
from playwright.sync_api import expect

import admin
import looks
from business import ADMIN
from harness import authority, children, disk, internet
from harness.esp import Esp
from test_copies import HOST, PASSWORD, PORT, USER, server

pytestmark = pytest.mark.slow

NAME = "家里的 NAS"


def told(page):
    """What the box says of its target."""
    status, answer = page.send_request("GET", "/copies")
    assert status == 200, answer
    return next(one for one in answer["items"] if one["name"] == NAME)


def document(page):
    """The settings in force."""
    status, answer = page.send_request("GET", "/settings")
    assert status == 200, answer
    return answer["document"]


def is_kept(page):
    """Whether the settings in force are in the store, for its next copy."""
    status, answer = page.send_request("GET", "/log?limit=50")
    assert status == 200, answer
    return [one["action"] for one in answer["items"]].count("settings-kept") > 0


def a_blank_one(shop, image, test_uki):
    """Nothing of the box is left; another disk, with the image as it is shipped."""
    shop.machine.power_cut()
    shop.close_tabs()
    shop.forget_silence()
    drive = disk.Disk(image, os.path.join(shop.work, "second.qcow2"))
    with Esp(drive) as files:
        files.swap_uki(test_uki)
    shop.machine.disk = drive
    mark = shop.machine.console.mark()
    shop.boot()
    shop.client("office").dhcp(30)
    path, _ = shop.fetch_ca()
    shop.office.trust(path, "Blank")
    return mark


def test_a_blank_box_takes_the_place_of_one_whose_disk_is_lost(shop, image, test_uki, tmp_path):
    authority.certify(tmp_path, HOST)
    wan, page = shop.client("wan"), shop.tabs["admin"]
    former_authority = shop.authority
    page.open(f"{admin.ADDRESS}/copies").heading(page.say("copies.title")).sees(page.say("copies.box.nobody"))
    found = looks.everywhere(page.page, "admin-copies-none")
    page.press("copies.add", role="link").heading(page.say("copies.add"))
    page.fill_in({"copies.name": NAME, "copies.address": f"https://{HOST}:{PORT}/{USER}/itself", "copies.user": USER,
                  "copies.password": PASSWORD, "copies.authority": (tmp_path / "ca.pem").read_text()}).press("ui.save")
    page.heading(page.say("copies.sheet")).press("copies.sheetShow").sees(HOST).sees(page.say("copies.opens"))
    found += looks.everywhere(page.page, "admin-copies-sheet")
    page.page.emulate_media(media="print")
    looks.keep(page.page, "admin-copies-sheet-printed")
    page.page.emulate_media(media="screen")
    sheet = page.send_request("POST", f"/copies/{told(page)['id']}/sheet")[1]
    page.press("copies.onPaper").fill_in({"copies.last": sheet["lastWord"].lower()}).press("ui.continue")
    page.heading(page.say("copies.title")).sees(page.say("copies.why.unreachable"))

    with server(wan, tmp_path, "--append-only") as folder:
        page.open(f"{admin.ADDRESS}/egress").sees(HOST).sees(str(PORT))
        page.press("admin.egress.allow", role="link")
        page.press("admin.reviewChange")
        admin.keep_reviewed(page)
        before = document(page)
        shop.wait(lambda: is_kept(page), 120)
        page.open(f"{admin.ADDRESS}/copies").press("copies.copyNamed", name=NAME)
        page.sees(page.say("copies.good")).sees(page.say("copies.protection.append-only"))
        shop.wait(lambda: told(page)["drill"] is not None and told(page)["doing"] is None, 120)
        assert (told(page)["drill"]["good"], told(page)["drill"]["accounts"]) == (True, 1), told(page)
        found += looks.everywhere(page.page, "admin-copies-good")
        # A copy with the settings in it.
        copied = told(page)["copied"]["at"]
        page.press("copies.copyNamed", name=NAME)
        shop.wait(lambda: told(page)["copied"]["at"] != copied and told(page)["doing"] is None, 120)
        stock = children.run(["env", f"RESTIC_PASSWORD={sheet['key']}", "restic", "-r", folder / USER / "itself", "--no-cache",
                              "--no-lock", "check", "--read-data"], timeout=120)
        assert "no errors were found" in stock.stdout, stock.stdout
        assert not any(ADMIN["name"].encode() in one.read_bytes() for one in folder.rglob("*") if one.is_file())

        mark = a_blank_one(shop, image, test_uki)
        assert shop.authority != former_authority
        page = shop.tab("admin").open(admin.ADDRESS)
        admin.enter_setup_code(page, shop.setup_code(mark))
        page.heading(page.say("admin.step.account.title"))
        found += looks.everywhere(page.page, "admin-restore-instead")
        page.press("copies.restore.instead").heading(page.say("copies.restore.title"))
        page.fill_in({"copies.restore.text": "hello"}).press("copies.restore.look")
        page.error_at("copies.restore.text", page.say.problem("field.no-sheet"))
        page.fill_in({"copies.restore.text": sheet["text"]})
        found += looks.everywhere(page.page, "admin-restore-sheet")
        page.press("copies.restore.look").sees(page.say("copies.box.restore.after"))
        found += looks.everywhere(page.page, "admin-restore-choose")
        page.press("copies.restore.begin").heading(page.say("copies.restore.done"))
        found += looks.everywhere(page.page, "admin-restore-done")

        # The certificates of the former box: whoever trusts it needs nothing new.
        shop.authority = former_authority
        shop.wait_for("admin")
        shop.forget_silence()
        shop.close_tabs()
        page = shop.tab("admin").open(admin.ADDRESS)
        admin.sign_in_after_restore(page, **ADMIN, app=shop.apps["admin"])
        page.heading(page.say("admin.protection")).sees(page.say("admin.former.waits"))
        found += looks.everywhere(page.page, "admin-former-note")
        assert document(page) != before
        page.press("admin.former.look", role="link").heading(page.say("admin.former.title"))
        found += looks.everywhere(page.page, "admin-former-cards")
        page.press("admin.reviewChange")
        admin.keep_reviewed(page)
        assert document(page) == before
        # Once it is settled nothing waits any more, and copies go on as before.
        shop.wait(lambda: page.send_request("GET", "/settings/former")[0] == 404, 120)
        page.open(f"{admin.ADDRESS}/copies").press("copies.copyNamed", name=NAME).sees(page.say("copies.good"))
        page.open(f"{admin.ADDRESS}/log").heading(page.say("log.title"))
        expect(page.page.get_by_role("row").filter(has_text=page.say("log.action.restored")).first).to_be_visible()
    assert found == []

"""For `make test-long`: the CRM's copies leave the box once their way is allowed, a server that keeps them is told from one that
does not, and a CRM whose disk is lost comes back from the printed sheet alone.
"""

import contextlib
import json
import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

import admin
import crm
import looks
from business import ADMIN, CONTACT, FIRST, MANAGER, ORGANISATION, PASSPHRASE
from harness import authority, children, internet

pytestmark = pytest.mark.slow

HOST, PORT, BUCKETS = f"copies.{internet.NAME}", 8000, 9000
USER, PASSWORD = "box", "hunter2"
# As `htpasswd -s` writes it.
HTPASSWD = "box:{SHA}87u9ZqY9S/F0eUBXjsPQEDUw4h0=\n"


@contextlib.contextmanager
def server(wan, work, *words):
    """Debian's restic REST server on the internet; gives its folder."""
    folder = work / "copies"
    folder.mkdir(exist_ok=True)
    (folder / ".htpasswd").write_text(HTPASSWD)
    with open(work / "rest-server.log", "ab") as log:
        child = children.start(wan.namespace.command(
            "restic-rest-server", "--listen", f"{internet.WEB4}:{PORT}", "--path", folder, "--private-repos", "--tls",
            "--tls-cert", work / "chain.pem", "--tls-key", work / "key.pem", *words), stdout=log, stderr=log)
        try:
            yield folder
        finally:
            children.end(child)


@contextlib.contextmanager
def bucket(wan, work):
    """An object store on the internet whose bucket `locked` locks; gives id and secret of its access key."""
    place = work / "s3"
    place.mkdir()
    for name, of in (("public_key", "chain.pem"), ("private_key", "key.pem")):
        (place / name).write_bytes((work / of).read_bytes())
    program = Path(__file__).parent.parent / "s3/server"
    children.run([program, "fetch"], timeout=300)
    with open(work / "s3.log", "ab") as log:
        child = children.start(wan.namespace.command(program, place, f"{internet.WEB4}:{BUCKETS}"), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=log)
        try:
            yield json.loads(child.stdout.readline())["keys"]["box"]
        finally:
            children.end(child)


def claim(shop, page, code):
    """From the admin's code to the first manager; returns the recovery key."""
    crm.enter_manager_code(page, code)
    crm.make_vault(page, ORGANISATION, PASSPHRASE)
    key = crm.note_recovery_key(page)
    crm.type_recovery_key(page, key)
    shop.apps["manager"] = crm.make_account(page, **MANAGER, finish="crm.claim.finish", whose="manager's")
    return key


def manager_code(page):
    """A code for the CRM's first manager, made by the admin."""
    status, answer = page.send_request("POST", "/crm/manager-code")
    assert status == 200, answer
    return answer["managerCode"]


def allow(page, port=PORT):
    """What the CRM asks for, as an admin allows it."""
    page.open(f"{admin.ADDRESS}/egress").sees(HOST).sees(str(port))
    page.press("admin.egress.allow", role="link")
    page.press("admin.reviewChange")
    admin.keep_reviewed(page)


def told(page, name="家里的 NAS"):
    """What the box says of a target."""
    status, answer = page.send_request("GET", "/copies")
    assert status == 200, answer
    return next(one for one in answer["items"] if one["name"] == name)


def lose_the_disk(shop):
    """Nothing of the CRM is left on the box."""
    shop.probe.exec("systemctl", "stop", "gatehouse-crm.socket", "gatehouse-crm-orders.socket", "gatehouse-crm.service", timeout=60)
    shop.probe.exec("find", "/var/lib/gatehouse/crm", "-mindepth", "1", "-delete")
    shop.probe.exec("systemctl", "start", "gatehouse-crm.socket", "gatehouse-crm-orders.socket", "gatehouse-crm.service", timeout=60)


def copy_to_bucket(shop, boss, page, key_id, secret, authority):
    """A second target, which locks what is written to it; what its pages look like."""
    page.press("copies.add", role="link").heading(page.say("copies.add")).choose("copies.kind", "s3")
    page.fill_in({"copies.name": "Cloud", "copies.endpoint": f"{HOST}:{BUCKETS}", "copies.region": "us-east-1",
                  "copies.bucket": "Locked", "copies.folder": "shop", "copies.keyId": key_id,
                  "copies.secret": secret, "copies.authority": authority})
    page.choose("copies.style", "path").page.get_by_role("checkbox").check()
    page.press("ui.save")
    page.error_at("copies.bucket", page.say.problem("field.bucket"))
    found = looks.everywhere(page.page, "crm-copies-bucket")
    page.fill_in({"copies.bucket": "locked"}).press("ui.save")
    page.heading(page.say("copies.sheet")).press("copies.sheetShow").sees("us-east-1")
    found += looks.everywhere(page.page, "crm-copies-bucket-sheet")
    page.go("copies.title").sees(page.say("copies.why.unreachable"))
    allow(boss, BUCKETS)
    page.press("copies.copyNamed", name="Cloud").sees(page.say("copies.protection.locked"))
    shop.wait(lambda: (told(page, "Cloud")["drill"] or {}).get("good"), 120)
    found += looks.everywhere(page.page, "crm-copies-two")
    return found


def opens(page, name):
    """The page of a contact in the list."""
    page.go("crm.contacts")
    crm.row(page, name).click()
    return page.heading(name)


def look_into_a_copy(page):
    """What was changed and deleted since a copy comes back, one contact and all; what the pages look like."""
    opens(page, CONTACT["name"]).press("crm.edit", "link").fill_in({"crm.field.phone": "139 0000 0000"}).press("ui.save")
    page.heading(CONTACT["name"])
    opens(page, FIRST["name"]).press("crm.delete").sees(page.say("crm.deletedNamed", name=FIRST["name"]))
    page.go("crm.contacts")
    crm.save_contact(page, {"name": "新来的人", "phone": "136 5550 0000"})
    page.go("copies.title").press("crm.past.link", "link").heading(page.say("crm.past.title"))
    expect(page.field("copies.restore.copy")).to_be_visible()
    found = looks.everywhere(page.page, "crm-past-choose")
    page.press("crm.past.open").sees(FIRST["name"])
    found += looks.everywhere(page.page, "crm-past-deleted")
    page.page.get_by_role("link", name=re.compile(re.escape(page.say("crm.past.made")))).click()
    page.sees("新来的人")
    page.page.get_by_role("link", name=re.compile(re.escape(page.say("crm.past.changed")))).click()
    crm.row(page, CONTACT["name"]).click()
    page.heading(CONTACT["name"]).sees("139 0000 0000").sees(CONTACT["phone"])
    found += looks.everywhere(page.page, "crm-past-contact")
    page.press("crm.past.back").heading(page.say("crm.past.title"))
    page.press("crm.past.all").sees(page.say("crm.past.allTitle"))
    found += looks.everywhere(page.page, "crm-past-all")
    page.press("crm.past.allGo", count=1).sees(page.say("crm.past.allDone", count=1)).sees(page.say("crm.past.noneText.deleted"))
    found += looks.everywhere(page.page, "crm-past-done")
    page.press("crm.past.close").sees(page.say("crm.past.open"))
    opens(page, CONTACT["name"]).sees(CONTACT["phone"])
    opens(page, FIRST["name"]).sees(FIRST["phone"])
    # As many as before, for what comes after.
    opens(page, "新来的人").press("crm.delete").sees(page.say("crm.deletedNamed", name="新来的人"))
    page.go("copies.title")
    return found


def test_the_crm_comes_back_from_its_copies(shop, tmp_path):
    authority.certify(tmp_path, HOST)
    wan, boss = shop.client("wan"), shop.tab("boss").open(admin.ADDRESS)
    admin.sign_in(boss, **ADMIN, code=shop.apps["admin"].code())
    page = shop.tab("manager").open(crm.ADDRESS)
    key = claim(shop, page, manager_code(boss))
    for contact in (FIRST, CONTACT):
        crm.save_contact(page, contact)
        page.go("crm.contacts")

    page.go("copies.title").sees(page.say("copies.crm.nobody"))
    found = looks.everywhere(page.page, "crm-copies-none")
    page.press("copies.add", role="link").heading(page.say("copies.add"))
    # Refused where it was typed; nothing is lost.
    page.fill_in({"copies.name": "家里的 NAS", "copies.address": f"http://{HOST}", "copies.user": USER})
    page.press("ui.save").error_at("copies.address", "https://")
    found += looks.everywhere(page.page, "crm-copies-wrong")
    page.fill_in({"copies.address": f"https://{HOST}:{PORT}/{USER}/crm", "copies.password": PASSWORD,
                  "copies.authority": (tmp_path / "ca.pem").read_text()}).press("ui.save")
    page.heading(page.say("copies.sheet")).press("copies.sheetShow").sees(HOST)
    found += looks.everywhere(page.page, "crm-copies-sheet")
    page.page.emulate_media(media="print")
    looks.keep(page.page, "crm-copies-sheet-printed")
    page.page.emulate_media(media="screen")
    sheet = page.send_request("POST", f"/copies/{told(page)['id']}/sheet")[1]
    text = sheet["text"]
    page.press("copies.onPaper").fill_in({"copies.last": "AAAAA"}).press("ui.continue")
    page.error_at("copies.last", page.say.problem("field.mistyped"))
    page.fill_in({"copies.last": sheet["lastWord"].lower()}).press("ui.continue")
    page.heading(page.say("copies.title")).sees(page.say("copies.why.unreachable"))
    found += looks.everywhere(page.page, "crm-copies-shut")

    with server(wan, tmp_path) as folder:
        allow(boss)
        page.press("copies.copyNamed", name="家里的 NAS").sees(page.say("copies.good"))
        page.sees(page.say("copies.protection.deletes")).sees(page.say("copies.drillGood"))
        assert told(page)["drill"]["contacts"] == 2
        found += looks.everywhere(page.page, "crm-copies-deletes")
        for planted in (FIRST["name"], CONTACT["name"], ORGANISATION):
            assert not any(planted.encode() in one.read_bytes() for one in folder.rglob("*") if one.is_file()), planted
    # Nobody is there: nothing stops, and it says so.
    page.press("copies.copyNamed", name="家里的 NAS").sees(page.say("copies.failing"))

    with server(wan, tmp_path, "--append-only") as folder:
        page.press("copies.copyNamed", name="家里的 NAS").sees(page.say("copies.good"))
        page.press("copies.drillNamed", name="家里的 NAS").sees(page.say("copies.protection.append-only"))
        found += looks.everywhere(page.page, "crm-copies-good")
        # Stock restic agrees, with what is printed and nothing else.
        stock = children.run(["env", f"RESTIC_PASSWORD={sheet['key']}", "restic", "-r", folder / USER / "crm", "--no-cache",
                              "--no-lock", "check", "--read-data"], timeout=120)
        assert "no errors were found" in stock.stdout, stock.stdout

        found += look_into_a_copy(page)
        with bucket(wan, tmp_path) as (key_id, secret):
            found += copy_to_bucket(shop, boss, page, key_id, secret, (tmp_path / "ca.pem").read_text())

        lose_the_disk(shop)
        shop.forget_silence()
        page.open(crm.ADDRESS).heading(page.say("crm.step.code.title"))
        crm.enter_manager_code(page, manager_code(boss))
        page.heading(page.say("crm.step.vault.title")).press("copies.restore.instead").heading(page.say("copies.restore.title"))
        page.fill_in({"copies.restore.text": "hello"}).press("copies.restore.look")
        page.error_at("copies.restore.text", page.say.problem("field.no-sheet"))
        page.fill_in({"copies.restore.text": text})
        found += looks.everywhere(page.page, "crm-restore-sheet")
        page.press("copies.restore.look").sees(page.say("copies.crm.restore.after"))
        found += looks.everywhere(page.page, "crm-restore-choose")
        page.press("copies.restore.begin").heading(page.say("crm.locked.title"))
        crm.unlock(page, key, recovery=True)
        page.heading(page.say("crm.signInTitle"))
        admin.sign_in_after_restore(page, **MANAGER, app=shop.apps["manager"])
        crm.count(page, 2)
        page.go("copies.title").sees("家里的 NAS").sees(page.say("copies.good"))
    boss.open(f"{admin.ADDRESS}/log").heading(boss.say("log.title"))
    expect(boss.page.get_by_role("row").filter(has_text=boss.say("log.said.restored"))).to_be_visible()
    assert found == []

"""A small business, chapter 7: somebody boots a copy of the disk in a machine of his own, where he may do anything.

One story with the other chapters: each test goes on from where the one before ended.
"""

import contextlib
import os
import tempfile

import pytest

import crm
from business import MANAGER, PASSPHRASE, Business

pytestmark = pytest.mark.usefixtures("chapter")

STORE, ASIDE = "/var/lib/gatehouse/crm/store.1", "/var/lib/gatehouse"
COUNTS = ("attempts", "attempts-turns")


@pytest.fixture(scope="module")
def thief(office, logs):
    """The copy in another machine, with the same PCs around it."""
    office.goes_on()
    with tempfile.TemporaryDirectory(prefix="thief-", dir=office.work) as work, contextlib.ExitStack() as stack:
        copy = office.machine.disk.copy(os.path.join(work, "disk.qcow2"))
        machine = stack.enter_context(office.machine.another(copy, work, os.path.join(logs, "thief.log")))
        thief = Business(machine, office.world, work, office.playwright, logs)
        thief.boot()
        thief.arrive(stack)
        path, _ = thief.fetch_ca()
        thief.office.trust(path)
        thief.wait_for("crm")
        yield thief


def test_the_copy_counts_wrong_passphrases_as_the_box_does(thief):
    put_aside(thief)
    page = thief.tab("thief")
    page.open(crm.ADDRESS).heading(page.say("crm.locked.title"))
    for left in (4, 3, 2, 1):
        crm.unlock(page, f"a guess that leaves {left}")
        page.error_at("crm.passphrase", page.say("crm.locked.wrong", count=left))
    crm.unlock(page, "the last guess before the wait")
    page.sees(page.say.pattern("crm.locked.wait")).sees(page.say("crm.locked.waitOver"))
    crm.unlock(page, "the guess that makes the wait longer")
    page.sees(page.say.pattern("crm.locked.wait"))
    # The wait outlives a power cut: now even the right one is not looked at.
    thief.close_tabs()
    thief.machine.power_cut()
    thief.boot()
    thief.client("office").dhcp(30)
    thief.wait_for("crm")
    page = thief.tab("thief")
    page.open(crm.ADDRESS).heading(page.say("crm.locked.title")).sees(page.say.pattern("crm.locked.wait"))
    status, told = page.send_request("POST", "/unlock", {"passphrase": PASSPHRASE})
    assert status == 429, told


def test_who_sets_the_count_back_has_won_nothing_but_tries(thief):
    page = thief.tabs["thief"]
    for guess in (MANAGER["password"], PASSPHRASE.upper(), PASSPHRASE[:-1]):
        put_back(thief)
        page.open(crm.ADDRESS).heading(page.say("crm.locked.title"))
        crm.unlock(page, guess)
        page.error_at("crm.passphrase", page.say("crm.locked.wrong", count=4))
    crm.unlock(page, crm.strange_recovery_key(), recovery=True)
    page.error_at("crm.recoveryKey", page.say("crm.locked.wrongRecovery"))
    status, told = page.send_request("GET", "/contacts")
    assert (status, told["type"]) == (401, "urn:gatehouse:problem:sign-in")


def test_it_was_a_whole_copy_that_the_passphrase_opens(thief):
    put_back(thief)
    page = thief.tabs["thief"]
    page.open(crm.ADDRESS).heading(page.say("crm.locked.title"))
    crm.unlock(page, PASSPHRASE)
    page.heading(page.say("crm.signInTitle"))


def put_aside(thief):
    """Keeps the counts as they are."""
    for name in COUNTS:
        thief.probe.exec("cp", f"{STORE}/{name}", f"{ASIDE}/{name}")


def put_back(thief):
    """Goes back to the counts that were put aside; the CRM starts anew with them."""
    thief.probe.exec("systemctl", "stop", "gatehouse-crm.socket", "gatehouse-crm.service", timeout=60)
    for name in COUNTS:
        thief.probe.exec("cp", f"{ASIDE}/{name}", f"{STORE}/{name}")
    thief.probe.exec("systemctl", "start", "gatehouse-crm.socket", "gatehouse-crm.service", timeout=60)
    thief.wait_for("crm")

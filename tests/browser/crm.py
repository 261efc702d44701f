"""The CRM as its people use it."""

import hashlib
import os
import re

from playwright.sync_api import expect

from admin import TOTP_SECRET
from totp import Authenticator

ADDRESS = "https://crm.gatehouse.internal"
# Where each page is, and the key of its title; the last two are a manager's.
PAGES = {"/contacts": "crm.contacts", "/contacts/new": "crm.newContact", "/contacts/deleted": "crm.deletedList",
         "/account": "ui.account", "/people": "crm.people", "/log": "log.title"}
FIELDS = ("name", "company", "position", "phone", "email", "note")


def enter_manager_code(screen, code):
    """The first step of the claim."""
    screen.heading(screen.say("crm.step.code.title"))
    screen.fill_in({"crm.claim.code": code}).send("ui.continue", "manager's code")


def make_vault(screen, organisation, passphrase):
    """The second step: whose CRM it is, and what opens it."""
    screen.heading(screen.say("crm.step.vault.title"))
    screen.fill_in({"crm.claim.organisation": organisation, "crm.passphrase": passphrase, "crm.claim.again": passphrase})
    screen.send("crm.claim.make", "organisation and passphrase").heading(screen.say("crm.step.recovery.title"))


def note_recovery_key(screen):
    """Puts the recovery key onto paper; returns it."""
    key = screen.shown(r"\w")
    screen.press("crm.claim.onPaper")
    return key


def type_recovery_key(screen, key):
    """The third step's end."""
    screen.fill_in({"crm.claim.type": key}).send("ui.continue", "recovery key typed back")
    screen.heading(screen.say("crm.step.account.title"))


def make_account(screen, name, password, finish, whose):
    """Account and authenticator of who just proved to be invited; returns the app."""
    screen.fill_in({"ui.name": name, "ui.password": password}).send("ui.continue", f"{whose} account")
    app = Authenticator(screen.shown(TOTP_SECRET))
    screen.fill_in({"ui.code": app.code()}).send(finish, f"{whose} authenticator")
    screen.heading(screen.say("crm.contacts"))
    return app


def invite(screen, name):
    """A manager invites somebody; returns the one-time link."""
    screen.go("crm.people")
    screen.fill_in({"ui.name": name}).press("crm.makeInvitation")
    return screen.shown(r"/enrol#")


def enrol(screen, name, password):
    """Who was invited has opened the link; returns the authenticator app."""
    screen.send("ui.continue", "invitation")
    screen.heading(screen.say("crm.enrol.account.title"))
    return make_account(screen, name, password, "crm.enrol.finish", "member's")


def save_contact(screen, contact):
    """Makes a contact from the list's page and waits for its own page."""
    screen.press("crm.newContact", "link").heading(screen.say("crm.newContact"))
    screen.fill_in({f"crm.field.{name}": value for name, value in contact.items()})
    screen.send("ui.save", "contact").heading(contact["name"])


def row(screen, name):
    """A contact's link in the list."""
    return screen.page.get_by_role("link", name=name, exact=True)


def count(screen, number):
    """Waits until the list says how many there are."""
    expect(screen.page.get_by_role("status").filter(has_text=screen.say("crm.allShown", count=number))).to_be_visible()


def unlock(screen, secret, recovery=False):
    """Types what opens the vault."""
    key, other = ("crm.recoveryKey", "crm.locked.useRecovery") if recovery else ("crm.passphrase", "crm.locked.usePassphrase")
    if not screen.field(key).is_visible():
        screen.press(other)
    screen.fill_in({key: secret}).press("crm.locked.unlock")


def id_of(screen):
    """The id of the contact whose page is open."""
    return re.search(r"/contacts/([0-9a-f-]{36})", screen.page.url)[1]


def strange_recovery_key():
    """A well-formed recovery key of some other vault, by the text of decision 0002."""
    secret = os.urandom(20)
    checksum = hashlib.sha256(b"gatehouse/1 recovery\0" + secret).digest()
    bits = int.from_bytes(secret, "big") << 15 | int.from_bytes(checksum[:2], "big") >> 1
    return "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[bits >> 5 * place & 31] for place in reversed(range(35)))

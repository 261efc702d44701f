"""For `make test-long`: alerts reach somebody outside the box once its way is allowed, signed and encrypted; what cannot be
sent waits, and comes once whoever gets it is there again.
"""

import base64
import email
import email.policy
import hashlib
import hmac
import json
import re
import ssl
import time

import pytest
from playwright.sync_api import expect

import admin
import looks
from business import ADMIN
from harness import authority, internet

pytestmark = pytest.mark.slow

HOST = f"hooks.{internet.NAME}"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")


class Receiver:
    """Takes webhooks and mail by TLS, and keeps them."""

    def __init__(self, work):
        authority.certify(work, HOST)
        self.authority = (work / "ca.pem").read_text()
        self.posts, self.mails = [], []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(work / "chain.pem", work / "key.pem")

    def hook(self, line):
        """One POST."""
        with self._context.wrap_socket(line, server_side=True) as line, line.makefile("rwb") as talk:
            head = {}
            first = talk.readline().decode().strip()
            while field := talk.readline().decode().strip():
                name, value = field.split(": ", 1)
                head[name.lower()] = value
            self.posts.append((first, head, talk.read(int(head["content-length"]))))
            talk.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")

    def relay(self, line):
        """One mail."""
        with self._context.wrap_socket(line, server_side=True) as line, line.makefile("rwb") as talk:
            def say(text):
                talk.write(f"{text}\r\n".encode())
                talk.flush()
            say("220 relay")
            mail = {"to": []}
            while command := talk.readline().decode().strip():
                word = command.split(" ")[0].upper()
                if word == "EHLO":
                    say("250-relay\r\n250 AUTH PLAIN")
                elif word == "AUTH":
                    mail["auth"] = base64.b64decode(command.split(" ")[2]).decode()
                    say("235 welcome")
                elif word == "RCPT":
                    mail["to"].append(command)
                    say("250 OK")
                elif word == "DATA":
                    say("354 go on")
                    lines = iter(talk.readline, b".\r\n")
                    mail["text"] = email.message_from_bytes(b"".join(lines), policy=email.policy.default).get_content()
                    self.mails.append(mail)
                    say("250 taken")
                elif word == "QUIT":
                    say("221 bye")
                    return
                else:
                    say("250 OK")


def is_genuine(secret, head, body):
    """As docs/alerts.md has it."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert abs(time.time() - int(head["webhook-timestamp"])) < 300
    signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + body
    right = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f"v1,{right}" in head["webhook-signature"].split()


def allow(page, name):
    """From the target's own line to a way that is kept."""
    row = page.page.get_by_role("listitem").filter(has=page.page.get_by_role("heading", name=name))
    row.get_by_role("link", name=page.say("admin.targets.allow"), exact=True).click()
    page.press("admin.reviewChange")
    admin.keep_reviewed(page)


def reached(page):
    """Waits until the page says so."""
    expect(page.page.get_by_text(page.say("admin.targets.reached"), exact=True)).to_be_visible()


def kinds(receiver):
    return [json.loads(body)["kind"] for _, _, body in receiver.posts]


def test_alerts_reach_somebody_outside(shop, tmp_path):
    receiver, wan = Receiver(tmp_path), shop.client("wan")
    page = shop.tab("targets").open(admin.ADDRESS)
    admin.sign_in(page, **ADMIN, code=shop.apps["admin"].code())
    page.heading(page.say("admin.protection")).sees("Nobody outside the box is told")
    page.open(f"{admin.ADDRESS}/alerts/targets").sees(page.say("admin.targets.nobody"))
    page.press("admin.targets.add", role="link").choose("admin.targets.wayLabel", "webhook")
    # Refused where it was typed; nothing is lost.
    page.fill_in({"admin.targets.name": "值班 Desk", "admin.targets.address": f"http://{HOST}/in"}).press("ui.save")
    page.error_at("admin.targets.address", "https://")
    page.fill_in({"admin.targets.address": f"https://{HOST}/in", "admin.targets.authority": receiver.authority})
    page.choose("admin.targets.from", "info").press("ui.save")
    page.sees(page.say("admin.targets.secretOnce", name="值班 Desk"))
    secret = SECRET.search(page.page.locator("main code").inner_text().replace("\n", "")).group()
    found = looks.everywhere(page.page, "admin-target-secret")
    page.press("admin.targets.secretTaken", role="link").sees(f"{HOST}:443")

    with wan.serving(receiver.hook, internet.WEB4, 443):
        allow(page, "值班 Desk")
        page.open(f"{admin.ADDRESS}/alerts/targets").press("admin.targets.testNamed", name="值班 Desk")
        reached(page)
        assert "test" in kinds(receiver)
        # What an admin did is news to others.
        shop.wait(lambda: "settings-changed" in kinds(receiver), 60)
        assert all(first == "POST /in HTTP/1.1" and is_genuine(secret, head, body) for first, head, body in receiver.posts)
        found += looks.everywhere(page.page, "admin-targets")

    # Nobody is there: it waits, and comes once when there is somebody again.
    before = len(receiver.posts)
    # A file leaves the box, and that is told.
    assert page.page.evaluate("fetch('/api/v1/log/export').then((file) => file.blob()).then((file) => file.size)") > 1000
    page.sees(page.say("admin.targets.failing"))
    assert page.send_request("GET", "/alerts/targets")[1]["items"][0]["waiting"] > 0
    with wan.serving(receiver.hook, internet.WEB4, 443):
        shop.wait(lambda: "export-made" in kinds(receiver)[before:])
        reached(page)
        ids = [head["webhook-id"] for _, head, _ in receiver.posts]
        assert len(ids) == len(set(ids))

    # By mail, with where the log stands.
    target = {"name": "老板", "way": "mail", "language": "zh-CN", "from": "critical", "heads": True, "perHour": 20,
              "host": HOST, "port": 465, "security": "tls", "user": "box", "password": "hunter2", "authority": receiver.authority,
              "sender": "box@example.com", "recipients": ["owner@example.com"]}
    status, answer = page.send_request("POST", "/alerts/targets", target)
    assert status == 201 and "hunter2" not in json.dumps(answer), answer
    with wan.serving(receiver.relay, internet.WEB4, 465):
        page.open(f"{admin.ADDRESS}/alerts/targets")
        allow(page, "老板")
        shop.wait(lambda: any("gatehouse-head-1 " in mail["text"] for mail in receiver.mails))
    mail = receiver.mails[0]
    assert mail["auth"] == "\0box\0hunter2" and mail["to"] == ["RCPT TO:<owner@example.com>"], mail
    page.open(f"{admin.ADDRESS}/log").heading(page.say("log.title"))
    expect(page.page.get_by_text(page.say("admin.targets.noHeads"))).to_have_count(0)
    page.open(admin.ADDRESS).heading(page.say("admin.protection"))
    expect(page.page.get_by_text("Nobody outside the box is told")).to_have_count(0)
    found += looks.everywhere(page.page, "admin-protection-told")
    assert found == []

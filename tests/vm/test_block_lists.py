"""For `make test-long`: a block list that the admin adds on the page is fetched through the egress filter, and stays in force
when a later one is none.
"""

import os
import ssl

import pytest
from playwright.sync_api import expect

import admin
from business import ADMIN
from harness import authority, internet

pytestmark = pytest.mark.slow

HOST = f"lists.{internet.NAME}"
PATH, AUTHORITIES = "/lists/ads.txt", "/run/lists-authority.pem"
ADS, TRACKER = f"ads.{internet.NAME}", f"tracker.{internet.NAME}"
LIST = f"# Names of advertisers\n0.0.0.0 {ADS}\n0.0.0.0 {TRACKER}\n"
PAGE = "<!doctype html><title>Moved</title>"
DROP_IN = f"""[Service]
ExecStart=
ExecStart=/usr/bin/gatehouse-appd admin --authorities {AUTHORITIES}
"""


class Publisher:
    """Publishes `body` by HTTPS to whoever asks, and keeps what was asked for."""

    def __init__(self, work):
        authority.certify(work, HOST)
        self.body, self.asked = LIST, []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(work / "chain.pem", work / "key.pem")

    def talk(self, line):
        with self._context.wrap_socket(line, server_side=True) as line:
            self.asked.append(line.recv(65_536).split(b"\r\n")[0].decode())
            body = self.body.encode()
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n"
                         + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)


@pytest.fixture
def publisher(shop, tmp_path):
    """One that the box trusts: its admin application is told of another authority."""
    publisher = Publisher(tmp_path)
    place = "/run/systemd/system/gatehouse-admin.service.d"
    shop.probe.exec("tee", AUTHORITIES, stdin=(tmp_path / "ca.pem").read_text())
    shop.probe.exec("mkdir", "-p", place)
    shop.probe.exec("tee", os.path.join(place, "lists.conf"), stdin=DROP_IN)
    shop.probe.exec("systemctl", "daemon-reload", timeout=60)
    shop.probe.exec("systemctl", "restart", "gatehouse-admin.service", timeout=120)
    with shop.client("wan").serving(publisher.talk, internet.WEB4, 443):
        yield publisher


def test_a_list_is_fetched_and_its_last_good_one_stays(shop, publisher):
    pc = shop.client("office")
    page = shop.tab("lists").open(admin.ADDRESS)
    admin.sign_in(page, **ADMIN, code=shop.apps["admin"].code())
    page.heading(page.say("admin.protection"))
    page.open(f"{admin.ADDRESS}/addresses/blocking").press("admin.blocking.add")
    row = page.page.get_by_role("group", name=page.say("admin.blocking.lists"), exact=True)
    row.get_by_label(page.say("admin.blocking.listName"), exact=True).fill("Ads")
    row.get_by_label(page.say("admin.blocking.address"), exact=True).fill(f"https://{HOST}{PATH}")
    page.field("admin.blocking.inZone", zone=page.say("admin.zone.office")).check()
    page.page.get_by_label("Ads", exact=True).check()
    page.press("admin.reviewChange")
    admin.keep_reviewed(page)
    shop.wait(lambda: pc.told(ADS) == [] == pc.told(f"www.{TRACKER}"))
    assert pc.resolve(internet.NAME) == [internet.WEB4]
    assert publisher.asked == [f"GET {PATH} HTTP/1.1"]
    page.open(f"{admin.ADDRESS}/addresses/blocking").sees(page.say("admin.blocking.names", count=2)).sees(ADS)

    # What comes now is no list.
    publisher.body = PAGE
    page.press("admin.blocking.fetchNamed", name="Ads")
    page.sees(page.say("admin.blocking.failure.page")).sees(page.say("admin.blocking.lastGood"))
    assert pc.resolve(ADS) == []

    page.press("admin.blocking.allowNamed", name=ADS)
    admin.keep_reviewed(page)
    shop.wait(lambda: pc.told(ADS) == [internet.WEB4])
    assert pc.resolve(TRACKER) == []

"""For `make test-long`: twenty changes that shut the admin out, on the booted box with the deadlines that it is shipped
with, and how soon changes are in force.
"""

import errno
import json
import select
import socket
import threading
import time

import pytest
from playwright.sync_api import Error

import admin

pytestmark = pytest.mark.slow

CRM4, ADMIN4, OFFICE_MAC = "192.168.30.10", "192.168.10.1", "52:54:00:67:00:02"
DEADLINE, AND = 60, 3
# What a PC needs to see that its way is there again: its next try.
LOOKS_EVERY = 2
GUEST = {"guest": {"vlan": 20, "ipv4": {"address": "192.168.20.1/24"}, "ipv6": "automatic"}}
SHUT_OUT = {
    "managed from elsewhere": {"management": {"from": [{"zone": "office", "addresses": ["192.168.10.250/32"]}]}},
    "the admin's port in another zone": {"zones": GUEST, "ports": {"lan-1": {"match": {"mac": OFFICE_MAC}, "role": {"access": "guest"}}}},
    "the admin's port tagged": {"ports": {"lan-1": {"match": {"mac": OFFICE_MAC}, "role": {"trunk": ["office"]}}}},
    "the admin's PC in quarantine": {"quarantine": ["52:54:01:67:00:02"]},
}
ROUNDS = 20


def reaches(shop, address):
    """Whether the admin's PC gets a connection."""
    try:
        shop.client("office").tcp(address, 443, timeout=LOOKS_EVERY)
    except OSError:
        return False
    return True


def is_answered(page):
    """Whether an open page gets an answer. A connection that its browser began while it was shut out is given up
    after 67 s (tcp_syn_retries), and what waits for that connection fails with it.
    """
    try:
        return page.send_request("GET", "/settings/history")[0] == 200
    except Error:
        return False


@pytest.mark.parametrize("number", range(ROUNDS))
def test_who_is_shut_out_is_let_in_again(shop, number):
    kinds = list(SHUT_OUT)
    kind = kinds[number % len(kinds)]
    page = shop.tabs["admin"]
    page.open(f"{admin.ADDRESS}/settings").heading(page.say("admin.settings"))
    since = time.monotonic()
    admin.try_locking_out(page, SHUT_OUT[kind], DEADLINE)
    shop.wait(lambda: not reaches(shop, ADMIN4))
    shop.wait(lambda: reaches(shop, ADMIN4), DEADLINE + 60)
    gone = time.monotonic() - since
    shop.keep(f"shut-out-{number}", f"{kind}: {gone:.1f} s\n")
    assert DEADLINE - LOOKS_EVERY < gone < DEADLINE + AND + LOOKS_EVERY, f"{kind}: let in again after {gone:.1f} s"
    shop.wait(lambda: is_answered(page))
    page.open(f"{admin.ADDRESS}/settings").heading(page.say("admin.settings"))
    _, told = page.send_request("GET", "/settings/history")
    assert told["items"][0]["outcome"] == "expired"
    shop.forget_silence()


@pytest.mark.parametrize("address", ["192.168.10.2/24", f"{ADMIN4}/24"])
def test_the_box_moves_and_the_page_that_asked_for_it_follows(shop, address):
    page, pc = shop.tabs["admin"], shop.client("office")
    page.open(f"{admin.ADDRESS}/settings").heading(page.say("admin.settings"))
    _, now = page.send_request("GET", "/settings")
    office = now["document"]["zones"]["office"]
    began = admin.try_changed(page, {"zones": {"office": {**office, "ipv4": {**office["ipv4"], "address": address}}}}, 300)
    since, answers = time.monotonic(), set()

    def answered(status, of):
        try:
            told, answer = page.send_request("POST", "/settings/confirm", {"token": began["token"]})
        except Error as error:
            # Chromium drops what it was at when the PC's addresses change.
            answers.add(str(error).partition("\n")[0])
            return False
        answers.add(answer and answer["type"].rpartition(":")[2])
        # Chromium looks a name up again after a minute.
        return told == status and (of is None or of in answers)
    # Kept now, its lease would lead it to a router and a name server that are gone.
    shop.wait(lambda: answered(409, "former-network"), 240)
    assert None not in answers, "kept by a PC whose lease has the former router"
    pc.dhcp(30)
    assert pc.lease["router"] == address.partition("/")[0]
    shop.office.home.take_name_servers(pc)
    shop.wait(lambda: answered(204, None), 240)
    shop.keep(f"moved-to-{address.partition('/')[0]}", f"{time.monotonic() - since:.0f} s, {sorted(map(str, answers))}\n")
    shop.wait(lambda: not reaches(shop, now["document"]["zones"]["office"]["ipv4"]["address"].partition("/")[0]))
    # What the PC knows from its lease leads it on: names, and the page by its name.
    page.open(f"{admin.ADDRESS}/settings").heading(page.say("admin.settings"))
    shop.forget_silence(409)


@pytest.mark.parametrize("network", ["192.168.15.", "192.168.10."])
def test_nobody_who_still_has_an_old_address_keeps_another_network(shop, network):
    """Through its old router the PC gets to the new address, too: kept by that, the box would be gone for it."""
    page, pc = shop.tabs["admin"], shop.client("office")
    page.open(f"{admin.ADDRESS}/settings").heading(page.say("admin.settings"))
    _, now = page.send_request("GET", "/settings")
    office = json.dumps(now["document"]["zones"]["office"])
    former = now["document"]["zones"]["office"]["ipv4"]["address"].rpartition(".")[0] + "."
    began = admin.try_changed(page, {"zones": {"office": json.loads(office.replace(former, network))}}, 300)
    answers = set()

    def answered(status):
        try:
            told, answer = page.send_request("POST", "/settings/confirm", {"token": began["token"]})
        except Error:
            return False
        answers.add(answer and answer["type"].rpartition(":")[2])
        return told == status and (status == 204 or "former-network" in answers)
    shop.wait(lambda: answered(409), 120)
    assert None not in answers, "kept by a PC that the new settings leave behind"
    pc.dhcp(30)
    assert pc.lease["address"].startswith(network)
    shop.office.home.take_name_servers(pc)
    shop.wait(lambda: answered(204), 120)
    shop.wait(lambda: not reaches(shop, f"{former}1"))
    assert reaches(shop, f"{network}1")
    shop.wait(lambda: is_answered(page))
    shop.forget_silence(409)


# Seconds for which a connection is waited for; the PC asks again after one.
TRIED_FOR = 1


class Knocking:
    """Opens a connection every 20 ms and keeps when each was tried, and which were answered."""

    def __init__(self, client, address):
        self._client, self._to, self._ends = client, (address, 443), threading.Event()
        self.tried, self.answered = [], []

    def __enter__(self):
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        self._thread.join()

    def settled(self, answers, since, until):
        """When the first was tried after which all others, up to `until`, were answered, or none."""
        answered, first = set(self.answered), None
        for at in self.tried:
            if since < at < until:
                first = (first or at) if (at in answered) == answers else None
        return first

    def _run(self):
        poll, lines = select.poll(), {}
        with self._client.namespace.entered():
            while not self._ends.is_set() or lines:
                now = time.monotonic()
                if not self._ends.is_set():
                    line = socket.socket()
                    line.setblocking(False)
                    assert line.connect_ex(self._to) in (0, errno.EINPROGRESS)
                    self.tried.append(now)
                    lines[line.fileno()] = (line, now)
                    poll.register(line, select.POLLOUT)
                while (left := now + 0.02 - time.monotonic()) > 0:
                    for number, _ in poll.poll(left * 1000):
                        line, at = lines.pop(number)
                        if line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                            self.answered.append(at)
                        poll.unregister(number)
                        line.close()
                for number, (line, at) in list(lines.items()):
                    if now - at > TRIED_FOR:
                        del lines[number]
                        poll.unregister(number)
                        line.close()


def test_how_soon_a_change_is_in_force(shop):
    page = shop.tabs["admin"]
    page.open(f"{admin.ADDRESS}/certificate").heading(page.say("admin.certificate"))
    changes = []
    with Knocking(shop.client("office"), CRM4) as knocking:
        for _ in range(ROUNDS):
            for answers in (False, True):
                since = time.monotonic()
                if answers:
                    page.send_request("POST", "/settings/undo")
                else:
                    admin.try_changed(page, {"crm": {"reachable_from": []}}, 300)
                done = time.monotonic()
                shop.wait(lambda: knocking.tried[-1] > done + 1.5 + TRIED_FOR, 10)
                # The last ones may still be answered, by what the next change lets in.
                changes.append((answers, since, knocking.tried[-1] - TRIED_FOR - 0.1))
    times = sorted(knocking.settled(answers, since, until) - since for answers, since, until in changes)
    shop.keep("in-force", f"{len(times)} changes: median {times[len(times) // 2]:.2f} s, "
              f"p95 {times[int(len(times) * 0.95)]:.2f} s, most {times[-1]:.2f} s\n")

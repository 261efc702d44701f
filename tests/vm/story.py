"""The booted box of the story, as tests see it: its clients, its CRM, its addresses."""

import contextlib
import ipaddress
import os
import re
import time

from harness import screen

CRM4, CRM_PORTS = "192.168.30.10", (443, 80)
ALLOWED4, OUTSIDE4 = "192.168.10.100", "192.168.10.200"
MARK = b"gatehouse-attack"
ALLOWED_LINES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "journal-allowed.txt")


class Box:
    """A machine that is ready, with the test service in the CRM's place."""

    def __init__(self, machine, world, scanner):
        self.machine, self.world, self.scanner = machine, world, scanner
        self.probe = machine.probe
        self.office, self.guest = world["office"], world["guest"]
        self.peer, self.staff = world["trunk-30"], world["trunk-40"]
        self.office_trunk, self.guest_trunk = world["trunk-10"], world["trunk-20"]
        self.used = self.journal_may_complain = False
        self.seconds_to_ready = None
        self.site = self.crm_mac = self.router_mac = None

    def settle(self):
        """Gives every PC its address, starts the test service, learns the box's addresses."""
        for client in (self.office, self.guest, self.staff, self.office_trunk, self.guest_trunk):
            client.dhcp(30)
            client.wait_ra(30)
        self.site = ipaddress.ip_network((int(self.office.addresses(6)[0].ip) >> 80 << 80, 48))
        assert self.wan4 and self.wan6
        self.serve_for_crm()
        self.crm_mac = self._address("eth0", "crm")
        self.router_mac = self._address("br0")

    def serve_for_crm(self):
        """Puts the test service in the CRM's place, on its ports."""
        self.probe.exec("systemctl", "stop", "gatehouse-crm.socket", "gatehouse-crm-orders.socket", "gatehouse-crm.service", timeout=60)
        self.probe.serve("crm", CRM_PORTS, CRM_PORTS)

    def back_to_warm(self):
        """Restores the snapshot."""
        self.machine.restore("warm")
        self.probe = self.machine.probe

    def zone6(self, vlan, host):
        """An address of a zone: `zone6(30, 10)` is the CRM's."""
        return str(self.site.network_address + (vlan << 64) + host)

    @property
    def crm6(self):
        """The CRM's IPv6 address."""
        return self.zone6(30, 10)

    @property
    def wan4(self):
        """The address the box got on WAN."""
        return self._wan("-4", "11.67.0.")

    @property
    def wan6(self):
        """The global IPv6 address the box made on WAN."""
        return self._wan("-6", "2600:6700:1:")

    def _wan(self, family, prefix, timeout=60):
        deadline = time.monotonic() + timeout
        while True:
            shown = self.probe.exec("ip", family, "-o", "address", "show", "scope", "global", "-tentative")
            for word in shown.split():
                if word.startswith(prefix) and "/" in word:
                    return word.split("/")[0]
            assert time.monotonic() < deadline, f"the box has no address {prefix}… on WAN"

    @contextlib.contextmanager
    def nobody_reaches_the_crm(self, *identities):
        """Captures inside the CRM's namespace while the block attacks.

        Afterwards the allowed office PC connects within the same capture: it must be seen, which
        proves capture and service, and no frame may carry one of `identities` (MAC or IP address
        of the attacker) or the attack's mark.
        """
        wanted = [_bytes(identity) for identity in identities] + [MARK]
        with self.probe.capture("eth0", "crm") as capture:
            yield capture
            self.assert_allowed()
        control = _bytes(self.office.lease["address"])
        assert any(control in frame.data for frame in capture.arrived), "the capture saw no allowed frame"
        leaked = [frame for frame in capture.arrived if any(item in frame.data for item in wanted)]
        assert not leaked, f"{len(leaked)} frames reached the CRM: {leaked[:5]}"

    def assert_allowed(self):
        """The allowed office PC gets the CRM's answer."""
        assert self.office.tcp(CRM4, 443) == f"gatehouse-probe {CRM4}\n".encode()

    def freeze_hostd(self):
        """Stops hostd, so that rules a test breaks on purpose stay broken until the next restore."""
        self.journal_may_complain = True
        self.probe.exec("systemctl", "kill", "--signal=STOP", "gatehouse-hostd.service")

    def journal_cursor(self):
        """Where the journal is now."""
        start, deadline = "-- cursor: ", time.monotonic() + 10
        while True:
            # With the last line: of none there is no cursor.
            shown = self.probe.exec("journalctl", "--no-pager", "-q", "-n", "1", "-o", "cat", "--show-cursor")
            cursors = [line.removeprefix(start) for line in shown.splitlines() if line.startswith(start)]
            if cursors:
                return cursors[-1]
            # A clock set back, as after a restore, makes the journal rename its file: who opens it then finds none.
            assert time.monotonic() < deadline, "the journal stays empty"

    def journal_since(self, cursor):
        """Lines of priority warning or worse after `cursor`."""
        shown = self.probe.exec("journalctl", "--no-pager", "-q", "-p", "warning", "-o", "short",
                                f"--after-cursor={cursor}")
        return shown.splitlines()

    def wait_screen_ready(self, since, timeout=240):
        """Waits for the ready line of a later boot."""
        return self.machine.console.wait_for(screen.READY, timeout, since)

    def _address(self, interface, netns=None):
        return self.probe.exec("ip", "-o", "link", "show", interface, netns=netns).split("link/ether ")[1].split()[0]


def complaints(lines):
    """What of these journal lines is not in `journal-allowed.txt`."""
    with open(ALLOWED_LINES, encoding="utf-8") as file:
        allowed = [re.compile(line.rstrip("\n")) for line in file if line.strip() and not line.startswith("#")]
    return [line for line in lines if not any(pattern.search(line) for pattern in allowed)]


def _bytes(identity):
    if isinstance(identity, bytes):
        return identity
    if identity.count(":") == 5 and len(identity) == 17:
        return bytes.fromhex(identity.replace(":", ""))
    return ipaddress.ip_address(identity).packed

"""Both applications on the booted box: reached by whom they are meant for, by TLS that a browser with the
box's CA trusts, confined, and back after they were killed."""

import hashlib
import os
import re
import ssl
import tempfile
import time

import pytest
from harness import accel, disk, probe, screen, topology
from harness.esp import Esp
from harness.machine import Machine

HERE = os.path.dirname(os.path.abspath(__file__))
ADMIN, CRM = "192.168.10.1", "192.168.30.10"
NAMES = {ADMIN: "gatehouse.internal", CRM: "crm.gatehouse.internal"}
UNITS = ("gatehouse-admin", "gatehouse-crm")


class Applications:
    """The box, and an office PC that asks it."""

    def __init__(self, machine, world, work):
        self.machine, self.probe, self.work = machine, machine.probe, work
        self.office, self.guest = world["office"], world["guest"]

    def curl(self, client, url, *options, timeout=5):
        """What curl says of the answer: `(code, body)`; code 0 when there is none."""
        done = client.namespace.run("curl", "-sS", "-m", timeout, "-w", "\n%{http_code}", *options, url, check=False)
        body, _, code = done.stdout.rpartition("\n")
        return int(code or 0), body

    def trusted(self, client, address, path="/healthz", *options):
        """Asks by TLS, trusting the box's CA alone."""
        name = NAMES[address]
        return self.curl(client, f"https://{name}{path}", "--cacert", f"{self.work}/ca.pem", "--resolve",
                         f"{name}:443:{address}", *options)

    def fetch_ca(self):
        """The CA as a person gets it; returns its fingerprint."""
        code, _ = self.curl(self.office, f"http://{ADMIN}/ca.crt", "-o", f"{self.work}/ca.crt")
        assert code == 200
        with open(f"{self.work}/ca.crt", "rb") as file:
            der = file.read()
        with open(f"{self.work}/ca.pem", "w", encoding="ascii") as file:
            file.write(ssl.DER_cert_to_PEM_cert(der))
        digest = hashlib.sha256(der).hexdigest().upper()
        return ":".join(digest[at:at + 2] for at in range(0, len(digest), 2))

    def wait(self, what, timeout=60):
        """Waits until `what()` is true."""
        deadline = time.monotonic() + timeout
        while not what():
            assert time.monotonic() < deadline, self.probe.exec(
                "journalctl", "--no-pager", "-q", "-b", "-u", "gatehouse-admin", "-u", "gatehouse-crm")
            time.sleep(0.1)

    def pid(self, unit):
        """Its main process."""
        return int(self.probe.exec("systemctl", "show", "--property=MainPID", "--value", unit))


@pytest.fixture(scope="module")
def apps(image, test_uki, probe_binary, logs):
    """A box with both applications running."""
    with tempfile.TemporaryDirectory(prefix=f"gh{os.getpid()}-", dir="/var/tmp") as work:
        drive = disk.Disk(image, f"{work}/disk.qcow2")
        with Esp(drive) as files:
            files.swap_uki(test_uki)
            files.copy_in(os.path.join(HERE, "setup.json"), "gatehouse-setup.json")
        probe.make_disk(probe_binary, f"{work}/probe.erofs")
        ports = topology.load(os.path.join(HERE, "topology.json"))
        cache = os.environ.get("GATEHOUSE_CACHE", "/var/tmp")
        with topology.Topology(ports, work, prefix=f"gh{os.getpid()}a") as world, \
                Machine(drive, world, work, accel.best(cache), probe_disk=f"{work}/probe.erofs",
                        console_log=os.path.join(logs, "applications.log")) as machine:
            machine.start()
            machine.probe.wait_ready(240)
            machine.console.wait_for(screen.READY, 240)
            found = Applications(machine, world, work)
            found.office.dhcp(30)
            found.guest.dhcp(30)
            machine.probe.exec("systemctl", "start", "gatehouse-ca-txt.path", *(f"{unit}.service" for unit in UNITS), timeout=60)
            found.wait(lambda: found.curl(found.office, f"http://{ADMIN}/healthz")[0] == 200)
            found.fetch_ca()
            found.wait(lambda: found.trusted(found.office, CRM)[0] == 200)
            yield found


def test_the_office_reaches_both_by_their_names_and_trusts_them(apps):
    for address, name in NAMES.items():
        assert apps.office.resolve(name) == [address]
        assert apps.trusted(apps.office, address) == (200, "ok")
        code, place = apps.curl(apps.office, f"http://{address}/a?b", "-o", "/dev/null", "-w", "%{redirect_url}\n%{http_code}")
        assert (code, place.strip()) == (308, f"https://{name}/a?b")
    # Without the CA nothing is trusted.
    assert apps.curl(apps.office, f"https://{ADMIN}/healthz")[0] == 0


def test_a_guest_reaches_neither(apps):
    for address in NAMES:
        for scheme in ("http", "https"):
            assert apps.curl(apps.guest, f"{scheme}://{address}/healthz", "-k", timeout=3)[0] == 0


def test_nothing_older_than_tls_1_3_is_spoken(apps):
    for address in NAMES:
        assert apps.trusted(apps.office, address, "/healthz", "--tls-max", "1.2")[0] == 0
    assert apps.trusted(apps.office, ADMIN, "/healthz", "--tlsv1.3")[0] == 200


def test_the_fingerprint_is_on_the_console_and_on_the_esp(apps):
    fingerprint = apps.fetch_ca()
    apps.machine.console.wait_for(re.escape(fingerprint[:47]), 30)
    apps.machine.console.wait_for(re.escape(fingerprint[48:]), 30)
    apps.wait(lambda: fingerprint in apps.probe.exec("cat", "/efi/ca.txt", check=False)["stdout"])
    mounts = apps.probe.exec("cat", "/proc/mounts")
    assert re.search(r"^\S+ /efi vfat ro,", mounts, re.MULTILINE), "the ESP stayed writable"


def test_each_process_has_given_up_what_it_does_not_need(apps):
    for unit in UNITS:
        pid = apps.pid(f"{unit}.service")
        status = dict(line.split(":", 1) for line in apps.probe.exec("cat", f"/proc/{pid}/status").splitlines())
        assert status["CapEff"].strip() == status["CapBnd"].strip() == "0" * 16
        assert status["NoNewPrivs"].strip() == "1" and status["Seccomp"].strip() == "2"
        assert int(status["Uid"].split()[0]) == {"gatehouse-admin": 906, "gatehouse-crm": 907}[unit]
        limits = apps.probe.exec("cat", f"/proc/{pid}/limits")
        assert re.search(r"Max core file size\s+0\s+0", limits)
        assert int(status["VmRSS"].split()[0]) < 80 * 1024, "idle, it takes more than 80 MB"


def test_the_crm_gets_out_to_nobody(apps):
    def reach(target, netns):
        return apps.probe.exec("timeout", "3", "bash", "-c", f"exec 3<>/dev/tcp/{target}", netns=netns, check=False)

    assert reach(f"{ADMIN}/443", None)["code"] == 0, "the test cannot tell"
    for target in ("192.168.10.1/443", f"{apps.office.lease['address']}/22", "11.67.0.1/80"):
        assert reach(target, "crm")["code"] != 0, f"the CRM reaches {target}"


@pytest.mark.parametrize("unit", UNITS)
def test_a_killed_one_comes_back_and_the_other_goes_on(apps, unit):
    address = {"gatehouse-admin": ADMIN, "gatehouse-crm": CRM}[unit]
    other = ({ADMIN, CRM} - {address}).pop()
    former = apps.pid(f"{unit}.service")
    apps.probe.exec("kill", "-KILL", former)
    assert apps.trusted(apps.office, other) == (200, "ok")
    apps.wait(lambda: apps.pid(f"{unit}.service") not in (0, former))
    if unit == "gatehouse-admin":
        apps.wait(lambda: apps.curl(apps.office, f"http://{ADMIN}/healthz")[0] == 200)
        apps.fetch_ca()
    apps.wait(lambda: apps.trusted(apps.office, address)[0] == 200)
    apps.wait(lambda: apps.trusted(apps.office, other)[0] == 200)


def test_a_killed_hostd_takes_no_page_away(apps):
    former = apps.pid("gatehouse-hostd.service")
    apps.probe.exec("kill", "-KILL", former)
    for _ in range(5):
        assert apps.trusted(apps.office, ADMIN) == (200, "ok")
    apps.wait(lambda: apps.pid("gatehouse-hostd.service") not in (0, former))
    # It learns the fingerprint anew.
    apps.wait(lambda: "ca_fingerprint\":\"" in apps.probe.exec("cat", "/run/gatehouse/status.json", check=False)["stdout"])
    assert apps.trusted(apps.office, ADMIN) == (200, "ok")

"""Both applications on the booted box: there from the boot on, reached by whom they are meant for, by TLS that a
browser with the box's CA trusts, confined, and back after they failed, were killed, or the power was cut."""

import contextlib
import hashlib
import os
import re
import ssl
import tempfile
import time

import pytest
from harness import accel, disk, internet, probe, screen, topology
from harness.esp import Esp
from harness.machine import Machine
from story import complaints

HERE = os.path.dirname(os.path.abspath(__file__))
ADMIN, CRM = "192.168.10.1", "192.168.30.10"
NAMES = {ADMIN: "gatehouse.internal", CRM: "crm.gatehouse.internal"}
UNITS = ("gatehouse-admin", "gatehouse-crm")


class Applications:
    """The box, and an office PC that asks it."""

    def __init__(self, machine, world, work):
        self.machine, self.probe, self.work = machine, None, work
        self.office, self.guest = world["office"], world["guest"]

    def boot(self):
        """Switches the box on and waits until both answer; nobody starts them but the box."""
        mark = self.machine.console.mark()
        self.machine.start()
        self.probe = self.machine.probe
        self.probe.wait_ready(240)
        self.machine.console.wait_for(screen.READY, 240, mark)
        self.office.dhcp(30)
        self.guest.dhcp(30)
        self.wait(lambda: self.curl(self.office, f"http://{ADMIN}/healthz")[0] == 200)
        self.fetch_ca()
        self.wait_trusted(ADMIN)
        self.wait_trusted(CRM)

    def wait_trusted(self, address):
        """Waits until an application answers."""
        self.wait(lambda: self.trusted(self.office, address) == (200, "ok"))

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
        return int(self.shown(unit, "MainPID"))

    def shown(self, unit, name):
        """A property as systemd has it."""
        return self.probe.exec("systemctl", "show", f"--property={name}", "--value", unit).strip()

    def tries(self, unit):
        """When it was started again in this boot, in seconds."""
        lines = self.probe.exec("journalctl", "--no-pager", "-q", "-b", "-u", unit, "-o", "short-monotonic")
        return [float(found) for found in re.findall(r"^\[ *([0-9.]+)\].*Scheduled restart job", lines, re.MULTILINE)]

    @contextlib.contextmanager
    def broken(self, unit):
        """Meanwhile its program fails at each start; the running one is killed first."""
        place = f"/run/systemd/system/{unit}.service.d"
        wrong = "[Service]\\nExecStart=\\nExecStart=/usr/bin/false\\n"
        self.probe.exec("sh", "-c", f"mkdir -p {place} && printf '{wrong}' >{place}/broken.conf && systemctl daemon-reload")
        try:
            self.probe.exec("kill", "-KILL", self.pid(unit))
            yield
        finally:
            self.probe.exec("sh", "-c", f"rm -r {place} && systemctl daemon-reload")

    def monotonic(self, unit, name="ActiveEnterTimestampMonotonic"):
        """When something happened in this boot, microseconds after its start."""
        return int(self.shown(unit, name))


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
            found = Applications(machine, world, work)
            found.boot()
            yield found


def test_the_boot_brings_them_up_after_the_rules_and_nothing_complains(apps):
    hostd = apps.monotonic("gatehouse-hostd")
    assert 0 < hostd <= apps.monotonic("gatehouse-crm.socket"), "the CRM's ports were open before the rules"
    for unit in UNITS:
        assert hostd <= apps.monotonic(unit, "ExecMainStartTimestampMonotonic"), f"{unit} ran before the rules"
        assert apps.shown(unit, "NRestarts") == "0"
    lines = apps.probe.exec("journalctl", "--no-pager", "-q", "-b", "-p", "warning", "-o", "short").splitlines()
    assert not (unexpected := complaints(lines)), "the journal complains:\n" + "\n".join(unexpected)


def test_each_serves_its_own_pages_under_its_policy(apps):
    scripts = set()
    for address in NAMES:
        code, page = apps.trusted(apps.office, address, "/", "-i")
        head, _, body = page.replace("\r", "").partition("\n\n")
        assert code == 200 and '<div id="app">' in body
        assert re.search(r"^content-type: text/html", head, re.MULTILINE | re.IGNORECASE)
        policy = re.search(r"^content-security-policy: (.*)$", head, re.MULTILINE | re.IGNORECASE)
        assert "default-src 'self'" in policy[1] and "unsafe" not in policy[1]
        files = re.findall(r'(?:src|href)="(/assets/[^"]+)"', body)
        assert {os.path.splitext(name)[1] for name in files} >= {".js", ".css"}
        for name in files:
            code, page = apps.trusted(apps.office, address, name, "-I", "-H", "Accept-Encoding: br")
            assert code == 200 and re.search(r"^content-encoding: br", page, re.MULTILINE | re.IGNORECASE), name
            assert re.search(r"^cache-control: .*immutable", page, re.MULTILINE | re.IGNORECASE)
        code, body = apps.trusted(apps.office, address, "/api/")
        assert code == 404 and "urn:gatehouse:problem:not-found" in body, "a page where the API has nothing"
        scripts.add(next(name for name in files if name.endswith(".js")))
    assert len(scripts) == 2, "both serve one web app"


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
    apps.wait_trusted(address)
    apps.wait_trusted(other)


@pytest.mark.slow
def test_a_crm_that_ends_by_order_starts_anew_at_once_however_often(apps):
    """To lock is to end. More often than the steps of the pause after a fault, which must not grow by it."""
    for _ in range(6):
        former = apps.pid("gatehouse-crm")
        apps.probe.exec("kill", "-TERM", former)
        apps.wait(lambda: apps.pid("gatehouse-crm") not in (0, former), 15)
        apps.wait(lambda: apps.shown("gatehouse-crm", "SubState") == "running")
        assert apps.shown("gatehouse-crm", "NRestarts") in ("0", "1")
    apps.wait_trusted(CRM)


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS)
def test_one_that_cannot_start_is_tried_again_ever_slower_and_stops_nothing_else(apps, unit):
    address = {"gatehouse-admin": ADMIN, "gatehouse-crm": CRM}[unit]
    other = ({ADMIN, CRM} - {address}).pop()
    sockets = [f"{unit}.socket", *(["gatehouse-crm-orders.socket"] if unit == "gatehouse-crm" else [])]
    hostd, former = apps.pid("gatehouse-hostd"), apps.tries(unit)
    with apps.broken(unit):
        def failed_often():
            # Whoever asks meanwhile must not wear the sockets out.
            apps.office.outcome(address, 443, 0.2)
            return len(apps.tries(unit)) >= len(former) + 3
        apps.wait(failed_often, 120)
        first, second, third = apps.tries(unit)[len(former):][:3]
        assert third - second > second - first + 1, "the pause does not grow"
        assert apps.trusted(apps.office, other) == (200, "ok")
        assert all(apps.shown(name, "ActiveState") == "active" for name in sockets)
        assert apps.pid("gatehouse-hostd") == hostd
    apps.wait_trusted(address)


def test_without_both_the_box_does_its_work(apps):
    units = [f"{unit}.{kind}" for unit in UNITS for kind in ("service", "socket")]
    apps.probe.exec("systemctl", "stop", *units, "gatehouse-crm-orders.socket", timeout=40)
    try:
        for client in (apps.office, apps.guest):
            client.renew(30)
        assert apps.office.resolve("gatehouse.internal") == [ADMIN]
        assert apps.office.outcome(internet.WEB4, 80) == "open"
        assert apps.shown("gatehouse-hostd", "SubState") == "running"
    finally:
        apps.probe.exec("systemctl", "start", *units, "gatehouse-crm-orders.socket", timeout=90)
    apps.wait_trusted(ADMIN)
    apps.wait_trusted(CRM)


def test_a_killed_hostd_takes_no_page_away(apps):
    former = apps.pid("gatehouse-hostd.service")
    apps.probe.exec("kill", "-KILL", former)
    for _ in range(5):
        assert apps.trusted(apps.office, ADMIN) == (200, "ok")
    apps.wait(lambda: apps.pid("gatehouse-hostd.service") not in (0, former))
    # It learns the fingerprint anew.
    apps.wait(lambda: "ca_fingerprint\":\"" in apps.probe.exec("cat", "/run/gatehouse/status.json", check=False)["stdout"])
    assert apps.trusted(apps.office, ADMIN) == (200, "ok")


def test_after_a_power_cut_both_are_back_with_the_same_authority(apps):
    former = apps.fetch_ca()
    apps.machine.power_cut()
    apps.boot()
    assert apps.fetch_ca() == former

"""A small business that sets its box up: the factory-new box, two PCs with browsers, and all that is typed."""

import contextlib
import os
import ssl
import tempfile
import time

import pytest
from playwright.sync_api import sync_playwright

import admin
import crm
from harness import accel, children, disk, pages, probe, screen, topology
from harness.esp import Esp
from harness.machine import Machine
from pc import Pc
from screen import Screen as Page
from screen import Walk

HERE = os.path.dirname(os.path.abspath(__file__))

READY_SECONDS = 240

ADMIN = {"name": "Ruth Meyer", "password": "quiet harbour lantern 62"}
MANAGER = {"name": "Li Wei", "password": "seven copper kettles sing"}
STAFF = {"name": "王芳", "password": "梧桐树下的蓝色自行车二十三"}
# Stands in the clear for the locked page, as the manager's name does; also a test of markup in a name.
ORGANISATION = "Nordlicht & Söhne <Handel>"
PASSPHRASE = "orchard velvet compass thunder maple eleven"
FIRST = {"name": "Nora Holmgren", "company": "Nordhamn Textil AB", "position": "Buyer", "phone": "+46 31 5566 7788",
         "email": "nora.holmgren@nordhamn.example", "note": "Wants samples of the grey felt before the spring fair."}
CONTACT = {"name": "张三明", "company": "明川机械制造有限公司", "position": "采购经理", "phone": "138 0216 2210",
           "email": "zhang.sanming@mingchuan.example", "note": "周四下午三点以后再打电话，先确认样品的颜色。"}
SECOND = {"name": "欧阳雪", "company": "明川机械制造有限公司", "phone": "139 1234 5678"}
# Two who are erased for good; what is said of the first stands with the second, too.
ERASED = {"name": "柳青禾", "phone": "137 5550 1188", "email": "liu.qinghe@qinghe.example", "note": "想在五月之前收到新的报价。"}
ALSO_ERASED = {"name": "Tomas Aldric", "company": "Aldric Instruments", "note": "柳青禾 introduced us."}


class Business:
    """The box from power-on, and who uses it. `planted` is all that must never stand readable on the disk."""

    def __init__(self, machine, world, work, playwright, logs=None):
        self.machine, self.world, self.work = machine, world, work
        self.playwright = playwright
        self._logs = logs or work
        self.office = self.desk = None
        self.walk = Walk()
        self.apps, self.tabs, self.left = {}, {}, {}
        self.manager_code = self.recovery_key = self.authority = None
        self.planted, self.cut, self.warnings, self.excused = {}, {}, [], []
        # Ids of the contacts that were erased for good.
        self.erased = []
        self.broken = False

    def goes_on(self):
        """Skips what would go on from a part of the story that failed."""
        if self.broken:
            pytest.skip(f"the story broke off in {self.broken}")

    @property
    def probe(self):
        """The probe of the boot that is running."""
        return self.machine.probe

    def client(self, name):
        """A PC of the network."""
        return self.world[name]

    def boot(self):
        """Switches the box on and waits until it says that it is ready."""
        mark = self.machine.console.mark()
        self.machine.start()
        self.probe.wait_ready(READY_SECONDS)
        self.machine.console.wait_for(screen.READY, READY_SECONDS, mark)

    def arrive(self, stack):
        """The PCs get their addresses and open their browsers."""
        for name in ("office", "desk"):
            self.client(name).dhcp(30)
        self.office = stack.enter_context(Pc(self.playwright, self.client("office"), self.work))
        self.desk = stack.enter_context(Pc(self.playwright, self.client("desk"), self.work))

    def tab(self, who, pc=None, language="en", walk=None, **options):
        """A page in a profile of its own that stays open under the name `who`."""
        context = (pc or self.office).context(language="zh-CN" if language == "zh-CN" else "en-GB", **options)
        page = Page((pc or self.office).watched(context.new_page()), language, walk)
        self.tabs[who] = page
        return page

    def second_tab(self, page, pc=None):
        """Another page in the same profile."""
        return Page((pc or self.office).watched(page.page.context.new_page()), page.say.language)

    def close_tabs(self):
        """Ends all profiles but those left open, keeping what their pages complained of."""
        for page in self.tabs.values():
            page.page.context.close()
        self.tabs.clear()

    def leave_open(self, *who):
        """Moves these pages to `left`: they stay when all others are closed."""
        for one in who:
            self.left[one] = self.tabs.pop(one)
        return [self.left[one] for one in who]

    def forget_silence(self, status=None):
        """Takes out what the pages said while nobody answered any more, or answered with this status."""
        mine = ["net::ERR_", *([f": {status} https://", f"status of {status} "] if status else [])]
        for pc in (self.office, self.desk):
            pc.complaints = [line for line in pc.complaints if not any(part in line for part in mine)]

    def plant(self, **values):
        """Notes what must not stand readable on the disk."""
        self.planted.update(values)

    def keep(self, name, text):
        """Writes something down for a person to read, where the serial consoles are kept."""
        with open(os.path.join(self._logs, f"{name}.txt"), "w", encoding="utf-8") as file:
            file.write(text)

    def complaints(self):
        """What any page complained of so far."""
        return self.office.complaints + self.desk.complaints

    def set_up(self):
        """The admin sets it up with nothing but the office in mind, and stays signed in."""
        path, _ = self.fetch_ca()
        self.office.trust(path)
        page = self.tab("admin").open(admin.ADDRESS)
        admin.enter_setup_code(page, self.setup_code())
        admin.make_account(page, **ADMIN)
        self.apps["admin"] = admin.prove_app(page)
        admin.decide_zones(page, {"office": "all"})
        page.press("admin.toProtection").heading(page.say("admin.protection"))

    def fetch_ca(self):
        """The CA as a person gets it from port 80: the path of its file, and its fingerprint."""
        self.authority = authority = pages.wait_authority(self.client("office"), 90)
        path = os.path.join(self.work, "ca.pem")
        with open(path, "w", encoding="ascii") as file:
            file.write(ssl.DER_cert_to_PEM_cert(authority))
        return path, pages.fingerprint(authority)

    def wait(self, what, timeout=90):
        """Waits until `what()` is true."""
        deadline = time.monotonic() + timeout
        while True:
            if what():
                return
            assert time.monotonic() < deadline, self.probe.exec(
                "journalctl", "--no-pager", "-q", "-b", "-u", "gatehouse-admin", "-u", "gatehouse-crm", "-u", "gatehouse-hostd")
            time.sleep(0.1)

    def wait_for(self, application):
        """Waits until its pages answer the office."""
        pages.wait(self.client("office"), application, self.authority, 90)

    def note_sessions(self):
        """Plants what the browsers keep to stay signed in."""
        for who, page in self.tabs.items():
            self.plant(**{f"{who}'s {cookie['name']}": cookie["value"] for cookie in page.page.context.cookies()})

    def cut_at_two_codes(self):
        """Signs in to both applications with a code of now, and cuts the power when both have said yes."""
        self.warnings = [line for line in self.journal() if line not in self.excused]
        self.close_tabs()
        both = (("admin", ADMIN, admin.ADDRESS), ("manager", MANAGER, crm.ADDRESS))
        for who, account, address in both:
            page = self.tab(who).open(address)
            page.fill_in({"ui.name": account["name"], "ui.password": account["password"]}).press("ui.continue")
            page.field("ui.code").wait_for()
        # A code that was given early would be good for longer than the clock is set back later.
        for who, _, _ in both:
            self.apps[who].rest()
        codes = {who: self.apps[who].code() for who, _, _ in both}
        for who, code in codes.items():
            self.tabs[who].fill_in({"ui.code": code})
        one, other = (self.tabs[who].page for who in codes)
        with one.expect_response("**/session/totp") as first, other.expect_response("**/session/totp") as second:
            for page in (one, other):
                page.evaluate("document.querySelector('form').requestSubmit()")
        self.machine.power_cut()
        assert first.value.status == second.value.status == 200
        self.cut = {**codes, "at": time.time()}
        self.note_sessions()
        self.close_tabs()
        self.forget_silence()

    def setup_code(self, mark=0):
        """The code on the box's screen; `mark` is where what another box showed ends."""
        return self.machine.console.wait_for(screen.SETUP_CODE, 10, mark).group(1)

    def fingerprint_on_the_console(self):
        """What the box's screen shows."""
        return screen.fingerprint(self.machine.console.wait_for(screen.FINGERPRINT, 30))

    def journal(self):
        """All that this boot warned of."""
        return self.probe.exec("journalctl", "--no-pager", "-q", "-b", "-p", "warning", "-o", "short", timeout=30).splitlines()


@contextlib.contextmanager
def open_business(image, test_uki, probe_binary, logs):
    """A factory-new box that has just been switched on, with its PCs."""
    with tempfile.TemporaryDirectory(prefix=f"gh{os.getpid()}-", dir="/var/tmp") as work, contextlib.ExitStack() as stack:
        drive = disk.Disk(image, f"{work}/disk.qcow2")
        with Esp(drive) as files:
            files.swap_uki(test_uki)
        probe.make_disk(probe_binary, f"{work}/probe.erofs")
        ports = topology.load(os.path.join(HERE, "pages-topology.json"))
        cache = os.environ.get("GATEHOUSE_CACHE", "/var/tmp")
        world = stack.enter_context(topology.Topology(ports, work, prefix=f"gh{os.getpid()}p"))
        machine = stack.enter_context(Machine(drive, world, work, accel.best(cache), probe_disk=f"{work}/probe.erofs",
                                              console_log=os.path.join(logs, "pages.log")))
        business = Business(machine, world, work, stack.enter_context(sync_playwright()), logs)
        business.boot()
        business.arrive(stack)
        yield business


def verify(*words):
    """Runs gatehouse-verify, which is built first; returns its exit code and what it said."""
    manifest = os.path.join(os.path.dirname(os.path.dirname(HERE)), "Cargo.toml")
    children.run(["cargo", "build", "--quiet", "--release", "-p", "verify", "--manifest-path", manifest], timeout=600)
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(os.path.dirname(manifest), "build", "target"))
    done = children.run([os.path.join(target, "release", "gatehouse-verify"), *words], check=False)
    return done.returncode, done.stdout + done.stderr

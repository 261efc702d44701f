"""Talks to gatehouse-probe inside a box (tests/vm/probe has the protocol).

The probe comes on a disk of its own and is started by a credential, which only the test UKI of a
build accepts; a production image ignores both.
"""

import base64
import contextlib
import json
import os
import shutil
import tempfile
import threading
import time

from . import children

_UNIT = r"""[Unit]
Description=Gatehouse probe
DefaultDependencies=no
Requires=dev-disk-by\x2did-virtio\x2dGHPROBE.device
After=dev-disk-by\x2did-virtio\x2dGHPROBE.device
Conflicts=shutdown.target
Before=shutdown.target
[Service]
Type=exec
ExecStartPre=/usr/bin/udevadm wait --timeout=30 /dev/virtio-ports/org.gatehouse.probe
ExecStartPre=/bin/mkdir -p /run/gatehouse-probe
ExecStartPre=/bin/mount -t erofs -o ro /dev/disk/by-id/virtio-GHPROBE /run/gatehouse-probe
ExecStart=/run/gatehouse-probe/gatehouse-probe
"""
_WANTED = "[Unit]\nWants=gatehouse-probe.service\n"


class ProbeError(Exception):
    """The probe could not do what was asked; the message is the box's."""


def credentials():
    """QEMU arguments that start the probe in a box booted with the test UKI."""
    texts = {"systemd.extra-unit.gatehouse-probe.service": _UNIT,
             "systemd.unit-dropin.multi-user.target~probe": _WANTED}
    arguments = []
    for name, text in texts.items():
        value = base64.b64encode(text.encode()).decode()
        arguments += ["-smbios", f"type=11,value=io.systemd.credential.binary:{name}={value}"]
    return arguments


def make_disk(binary, path):
    """Packs the probe's binary into a small read-only file system."""
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path)) as tree:
        shutil.copy(binary, os.path.join(tree, "gatehouse-probe"))
        os.chmod(os.path.join(tree, "gatehouse-probe"), 0o755)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        children.run(["mkfs.erofs", "-L", "GHPROBE", path, tree])


class Probe:
    """Speaks over a connected socket to one box."""

    def __init__(self, line):
        self._line = line
        self._file = line.makefile("rb")
        self._changed = threading.Condition()
        self._answers = {}
        self._next = int(time.time()) * 1000
        self._hello = False
        self._ended = False
        threading.Thread(target=self._read, name="probe", daemon=True).start()

    def close(self):
        """Ends the connection."""
        self._line.close()

    def wait_ready(self, timeout):
        """Waits until the probe in the box greets."""
        self._wait(lambda: self._hello or None, timeout, "greeting")

    def exec(self, *argv, netns=None, stdin=None, timeout=10, check=True):
        """Runs a program in the box; returns its standard output (`check`), else the whole result."""
        result = self._ask("exec", timeout + 20, argv=[str(word) for word in argv], netns=netns,
                           stdin=stdin, timeout=timeout)
        if not check:
            return result
        if result["code"] != 0:
            raise ProbeError(f"{' '.join(map(str, argv))}: {result['stderr'] or result['stdout']}")
        return result["stdout"]

    def serve(self, netns=None, tcp=(), udp=()):
        """Starts the test service."""
        self._ask("serve", 10, netns=netns, tcp=list(tcp), udp=list(udp))

    def served(self):
        """Who was served: `["tcp 443 192.168.10.100", …]`."""
        return self._ask("served", 10)

    def send(self, packets, netns=None):
        """Sends first packets of connections as root of the box: `[{"to": …, "protocol": "tcp", "port": 443,
        "mark": 40001}, …]`, the mark being its own port or an echo's identifier. Which of them left."""
        return self._ask("send", 60, netns=netns, packets=packets)

    def set_clock(self, epoch=None):
        """Sets the box's clock, to now when not told; a restored snapshot needs it."""
        self._ask("clock_set", 10, epoch=int(time.time() if epoch is None else epoch))

    @contextlib.contextmanager
    def capture(self, interface, netns=None):
        """`with probe.capture("eth0", "crm") as capture:`; afterwards `capture.frames`."""
        number = self._ask("capture_start", 10, interface=interface, netns=netns)["capture"]
        capture = Capture()
        try:
            yield capture
        finally:
            result = self._ask("capture_stop", 30, capture=number)
            capture.seen = result["seen"]
            capture.all = [Frame(bytes.fromhex(entry["frame"]), entry["vlan"], entry["out"])
                           for entry in result["frames"]]

    def _ask(self, order, patience, **fields):
        with self._changed:
            self._next += 1
            number = self._next
        line = json.dumps({"id": number, "do": order, **fields}).encode() + b"\n"
        self._line.sendall(line)
        answer = self._wait(lambda: self._answers.pop(number, None), patience, order)
        if "error" in answer:
            raise ProbeError(f"{order}: {answer['error']}")
        return answer["ok"]

    def _wait(self, find, timeout, what):
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                found = find()
                if found is not None:
                    return found
                if self._ended:
                    raise ProbeError(f"the machine ended during {what}")
                if not self._changed.wait(deadline - time.monotonic()) and time.monotonic() >= deadline:
                    raise TimeoutError(f"probe: no {what} within {timeout} s")

    def _read(self):
        while True:
            try:
                line = self._file.readline()
            except OSError:
                line = b""
            with self._changed:
                if not line:
                    self._ended = True
                else:
                    # Half a line may be left over from before a restored snapshot.
                    with contextlib.suppress(ValueError):
                        message = json.loads(line)
                        self._hello = self._hello or "hello" in message
                        if "id" in message:
                            self._answers[message["id"]] = message
                self._changed.notify_all()
            if not line:
                return


class Frame:
    """One captured frame."""

    def __init__(self, data, vlan, out):
        self.data, self.vlan, self.out = data, vlan, out

    def __repr__(self):
        way = "out" if self.out else "in"
        return f"<{way} {self.data[6:12].hex(':')}>{self.data[:6].hex(':')} {self.data[12:].hex()[:80]}>"


class Capture:
    """What was captured; `arrived` is what came in."""

    def __init__(self):
        self.seen, self.all = 0, []

    @property
    def arrived(self):
        """Frames that came in."""
        return [frame for frame in self.all if not frame.out]

"""One virtual machine: a PC with UEFI, a disk, network ports, a serial console.

QEMU is a child process; console, control and probe are sockets that it connects to, so waiting for
it is waiting for an event. `power_cut()` is SIGKILL: what the guest had not synced is lost.
"""

import os
import signal
import socket
import time

from . import accel, children
from .console import Console
from .probe import Probe, credentials
from .qmp import Qmp, QmpError

_VARS = "/usr/share/OVMF/OVMF_VARS_4M.fd"
_CONNECT_SECONDS = 30


class Machine:
    """`with Machine(disk, topology, work) as machine: machine.start()`.

    `probe_disk` attaches the probe; only a disk with the test UKI starts it. `echo` shows the
    console somewhere while it is read.
    """

    def __init__(self, disk, topology, work, accelerator="tcg", memory=1024, cpus=2, probe_disk=None,
                 console_log=None, echo=None):
        self.disk = disk
        self.topology = topology
        self.work = work
        self.qmp = None
        self.probe = None
        # What the machine's own clock says at the next start, seconds since 1970; None is the time it is.
        self.clock = None
        self._accel, self._memory, self._cpus = accelerator, memory, cpus
        self._probe_disk = probe_disk
        self._process = None
        self._vars = os.path.join(work, "vars.qcow2")
        self.console_log = console_log or os.path.join(work, "serial.log")
        self.console = Console(self.console_log, echo)

    def another(self, disk, work, console_log):
        """A machine of the same make with another disk and firmware of its own, on the same cables."""
        return Machine(disk, self.topology, work, self._accel, self._memory, self._cpus, self._probe_disk, console_log)

    def __enter__(self):
        if not os.path.exists(self._vars):
            children.run(["qemu-img", "convert", "-O", "qcow2", _VARS, self._vars])
        return self

    def __exit__(self, *_):
        self.power_cut()
        self.console.close()

    @property
    def running(self):
        """Whether QEMU is alive."""
        return self._process is not None and self._process.poll() is None

    def start(self, snapshot=None):
        """Switches the machine on, or goes on from a snapshot that an earlier process saved."""
        self.topology.drain()
        names = ["serial", "qmp"] + (["probe"] if self._probe_disk else [])
        listeners = {name: self._listen(name) for name in names}
        taps = list(self.topology.taps.values())
        with open(os.path.join(self.work, "qemu.log"), "ab") as log:
            self._process = children.start(self._arguments(snapshot), stdout=log, stderr=log, pass_fds=taps)
        try:
            lines = {name: self._accept(name, listeners[name]) for name in names}
        finally:
            for listener in listeners.values():
                listener.close()
        self.console.attach(lines["serial"])
        try:
            self.qmp = Qmp(lines["qmp"])
        except QmpError as error:
            raise RuntimeError(f"QEMU did not start: {self._log()}") from error
        self.probe = Probe(lines["probe"]) if self._probe_disk else None

    def quit(self):
        """Ends QEMU in order: its files are complete, the guest notices nothing."""
        before = self.qmp.events()
        self.qmp.command("quit")
        self.qmp.wait_event("SHUTDOWN", 30, before)
        self._process.wait(30)
        self.power_cut()

    def power_cut(self):
        """Pulls the plug."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process = None
        if self.qmp is not None:
            self.qmp.close()
        if self.probe is not None:
            self.probe.close()
        self.qmp = self.probe = None
        self.console.join()

    def reset(self):
        """Presses the reset button."""
        self.qmp.command("system_reset")

    def save(self, name):
        """Keeps memory and disks as they are now under `name`; the machine goes on."""
        running = self.qmp.command("query-status")["running"]
        # `-loadvm` looks for the memory in the first writable drive, which is `vars`.
        self.qmp.job("snapshot-save", 120, tag=name, vmstate="vars", devices=["disk", "vars"])
        if running:
            self.qmp.command("cont")

    def restore(self, name):
        """Goes back to what `save(name)` kept, in a new QEMU. The guest's clock goes back, too.

        Loading within the running process makes the guest's time stamp counter jump forward (QEMU
        never lets it go back), which expires watchdogs and time-outs in the guest.
        """
        self.power_cut()
        self.start(snapshot=name)
        if self.probe is not None:
            self.probe.set_clock()

    def plug(self, port):
        """Puts in the network card of a port that was not plugged at the start."""
        self.qmp.command("device_add", driver="virtio-net-pci", id=f"nic-{port.name}", netdev=port.name,
                         mac=port.mac, bus="free", romfile="")

    def unplug(self, port):
        """Pulls a card that `plug` put in, and waits until the guest let go of it."""
        before = self.qmp.events()
        self.qmp.command("device_del", id=f"nic-{port.name}")
        self.qmp.wait_event("DEVICE_DELETED", 30, before, lambda data: data.get("device") == f"nic-{port.name}")

    def cable(self, port_name, connected):
        """Pulls or plugs the cable of a port."""
        self.qmp.command("set_link", name=port_name, up=connected)

    def screenshot(self, path):
        """Writes what the monitor shows as PNG."""
        self.qmp.command("screendump", filename=path, format="png")

    def _listen(self, name):
        path = self._socket_path(name)
        if os.path.exists(path):
            os.unlink(path)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(1)
        listener.settimeout(_CONNECT_SECONDS)
        return listener

    def _accept(self, name, listener):
        try:
            line, _ = listener.accept()
        except TimeoutError:
            raise RuntimeError(f"QEMU did not start ({name}): {self._log()}") from None
        line.setblocking(True)
        return line

    def _log(self):
        with open(os.path.join(self.work, "qemu.log"), encoding="utf-8", errors="replace") as log:
            return log.read()[-2000:].strip()

    def _socket_path(self, name):
        return os.path.join(self.work, f"{name}.sock")

    def _arguments(self, snapshot):
        arguments = [
            "qemu-system-x86_64", "-name", "gatehouse", "-nodefaults", "-no-user-config", "-display", "none",
            "-machine", "q35,smm=off,vmport=off,pflash0=code,pflash1=vars", *accel.arguments(self._accel),
            "-smp", self._cpus, "-m", self._memory, "-rtc", f"base={self._clock()}",
            "-device", "VGA,addr=0x1", "-device", "virtio-rng-pci,addr=0x9",
            "-device", "pcie-root-port,id=free,chassis=1,slot=1,addr=0x10",
            "-blockdev", f"driver=raw,node-name=code,read-only=on,file.driver=file,file.filename={accel.CODE}",
            "-blockdev", f"driver=qcow2,node-name=vars,file.driver=file,file.filename={self._vars}",
            "-blockdev", "driver=qcow2,node-name=disk,cache.direct=off,discard=unmap,file.driver=file,"
                         f"file.filename={self.disk.path}",
            "-device", "virtio-blk-pci,drive=disk,addr=0x8,bootindex=0,serial=gatehouse",
        ]
        arguments += self._chardev("serial") + ["-serial", "chardev:serial"]
        arguments += self._chardev("qmp") + ["-mon", "chardev=qmp,mode=control"]
        for port in self.topology.ports:
            if port.kind == "trunk":
                arguments += ["-netdev", f"stream,id={port.name},server=off,addr.type=unix,"
                                         f"addr.path={self.topology.trunk.path}"]
            else:
                arguments += ["-netdev", f"tap,id={port.name},fd={self.topology.taps[port.name]}"]
            if port.plugged:
                arguments += ["-device", f"virtio-net-pci,id=nic-{port.name},netdev={port.name},"
                                         f"mac={port.mac},addr={port.slot:#x},romfile="]
        if snapshot:
            arguments += ["-loadvm", snapshot]
        if self._probe_disk:
            arguments += [
                *credentials(), *self._chardev("probe"),
                "-device", "virtio-serial-pci,addr=0xa",
                "-device", "virtserialport,chardev=probe,name=org.gatehouse.probe",
                "-blockdev", "driver=raw,node-name=probe,read-only=on,file.driver=file,"
                             f"file.filename={self._probe_disk}",
                "-device", "virtio-blk-pci,drive=probe,addr=0xb,serial=GHPROBE",
            ]
        return arguments

    def _clock(self):
        return "utc" if self.clock is None else time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(self.clock))

    def _chardev(self, name):
        return ["-chardev", f"socket,id={name},path={self._socket_path(name)},server=off"]

"""A throw-away network namespace and the taps in it.

A tap is opened by a thread that has entered the namespace; its descriptor works everywhere, so
QEMU stays outside. Namespaces are seen by `ip netns` of host and builder root alike.
"""

import contextlib
import fcntl
import os
import struct

from . import children

CLONE_NEWNET = 0x4000_0000
_TUNSETIFF = 0x4004_54CA
_IFF_TAP, _IFF_NO_PI, _IFF_VNET_HDR = 0x0002, 0x1000, 0x4000


class Namespace:
    """`with Namespace("gh123-office") as office:`"""

    def __init__(self, name):
        self.name = name
        self.path = f"/run/netns/{name}"

    def __enter__(self):
        children.run(["ip", "netns", "add", self.name])
        # The kernel's default filters bridged frames through iptables of this namespace: off, here
        # as on the box, so that a leak on layer 2 shows. The files appear with the bridge code.
        with self.entered():
            for family in ("iptables", "ip6tables", "arptables"):
                with contextlib.suppress(FileNotFoundError):
                    write_sysctl(f"net/bridge/bridge-nf-call-{family}", 0)
            write_sysctl("net/ipv6/conf/default/accept_dad", 0)
        self.ip("link", "set", "lo", "up")
        return self

    def __exit__(self, *_):
        children.run(["ip", "netns", "delete", self.name], check=False)

    @contextlib.contextmanager
    def entered(self):
        """Moves the calling thread in; sockets made meanwhile stay in the namespace."""
        with open("/proc/thread-self/ns/net", "rb") as home, open(self.path, "rb") as here:
            os.setns(here.fileno(), CLONE_NEWNET)
            try:
                yield self
            finally:
                os.setns(home.fileno(), CLONE_NEWNET)

    def command(self, *argv):
        """The argv that runs `argv` in here."""
        return ["nsenter", f"--net={self.path}", "--", *[str(word) for word in argv]]

    def run(self, *argv, **options):
        """Runs a short command in here."""
        return children.run(self.command(*argv), **options)

    def ip(self, *words, **options):
        """Runs `ip` on this namespace."""
        return children.run(["ip", "-n", self.name, *words], **options)

    def tap(self, interface, mac, offload=True):
        """Opens a tap in here, up, with a fixed address; returns its descriptor.

        With `offload` each frame carries a virtio header, as QEMU wants it; without, the descriptor
        reads and writes bare frames.
        """
        with self.entered():
            tap = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
            flags = _IFF_TAP | _IFF_NO_PI | (_IFF_VNET_HDR if offload else 0)
            fcntl.ioctl(tap, _TUNSETIFF, struct.pack("16sH22x", interface.encode(), flags))
        self.ip("link", "set", interface, "address", mac)
        self.ip("link", "set", interface, "up")
        return tap


def write_sysctl(name, value):
    """Writes under /proc/sys; `net/…` means the calling thread's namespace."""
    with open(f"/proc/sys/{name}", "w", encoding="ascii") as file:
        file.write(str(value))


def drain(tap):
    """Throws away frames that nobody read."""
    with contextlib.suppress(BlockingIOError, OSError):
        while os.read(tap, 65_536):
            pass

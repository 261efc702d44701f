"""Sends the first packet of a connection from every place to every other, and sees which arrive.

A place is a PC of a zone, the internet, the CRM or the box. PCs and the internet send hand-made frames and capture
what comes to their port; the CRM and the box send from their own sockets. What the CRM gets is captured in its
namespace. The box took a packet when its kernel keeps the connection: it does only once all rules let it in.
"""

import collections
import contextlib
import re
import socket
import struct
import threading
import time

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import Ether

PROTOCOLS, VERSIONS = ("tcp", "udp", "icmp"), (4, 6)
# Marks are a sender's ports and identifiers of echoes: above those that services listen on.
FIRST_MARK = 20_000
# How long packets that should arrive may take, and those that should not are waited for.
PATIENCE, LEAK_SECONDS = 30, 2

Packet = collections.namedtuple("Packet", "source target version protocol port mark")


class Pc:
    """A PC of a zone, or a host of the internet: `router` is the MAC address that its packets go to."""

    def __init__(self, client, addresses, router):
        self.client, self.addresses, self.router = client, addresses, router

    def send(self, packets, addresses):
        """Sends all of them, to these addresses in their order."""
        self.client.send_frames(self._frame(*pair) for pair in zip(packets, addresses))

    def _frame(self, packet, address):
        start = Ether(src=self.client.mac, dst=self.router)
        start /= (IP if packet.version == 4 else IPv6)(src=self.addresses[packet.version], dst=address)
        if packet.protocol == "icmp":
            return bytes(start / (ICMP(id=packet.mark) if packet.version == 4 else ICMPv6EchoRequest(id=packet.mark)))
        kind = TCP(flags="S", sport=packet.mark, dport=packet.port) if packet.protocol == "tcp" else \
            UDP(sport=packet.mark, dport=packet.port) / b"gatehouse-crossing"
        return bytes(start / kind)

    @contextlib.contextmanager
    def watching(self):
        """Gives a function that tells the `(protocol, mark)` of all that has arrived."""
        line, seen, ends = self.client.raw(), set(), threading.Event()
        line.settimeout(0.1)

        def watch():
            while not ends.is_set():
                with contextlib.suppress(TimeoutError):
                    frame, about = line.recvfrom(2048)
                    if about[2] != socket.PACKET_OUTGOING and (found := mark_of(frame)):
                        seen.add(found)
        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield lambda: set(seen)
        finally:
            ends.set()
            thread.join()
            line.close()


class Inside:
    """The CRM's namespace, or the box itself when there is none."""

    def __init__(self, probe, addresses, netns=None):
        self.probe, self.addresses, self._netns = probe, addresses, netns

    def send(self, packets, addresses):
        """Sends all of them; the box's own rules may stop some at once."""
        self.probe.send([{"to": address, "protocol": packet.protocol, "port": packet.port, "mark": packet.mark}
                         for packet, address in zip(packets, addresses)], self._netns)

    @contextlib.contextmanager
    def watching(self):
        """The same as a PC's."""
        if self._netns is None:
            yield self._connections
            return
        # A capture tells when it has ended: what a look finds is what came before.
        seen, running = set(), []

        def look():
            with contextlib.ExitStack() as following:
                capture = following.enter_context(self.probe.capture("eth0", self._netns))
                running[0].close()
                seen.update(filter(None, (mark_of(frame.data) for frame in running[1].arrived)))
                running[:] = [following.pop_all(), capture]
            return set(seen)
        stack = contextlib.ExitStack()
        running[:] = [stack, stack.enter_context(self.probe.capture("eth0", self._netns))]
        try:
            yield look
        finally:
            running[0].close()

    def _connections(self):
        """What the kernel keeps of connections to an address of the box; the first of each line is who opened it."""
        own = {address for all_of in self.addresses.values() for address in all_of.values()}
        found = set()
        for line in self.probe.exec("cat", "/proc/net/nf_conntrack", timeout=30).splitlines():
            told = dict(reversed(re.findall(r"(\w+)=(\S+)", line)))
            if told.get("dst") not in own and expanded(told.get("dst", "")) not in own:
                continue
            protocol = line.split()[2].removesuffix("v6")
            found.add((protocol, int(told.get("id") or told["sport"])))
        return found


def expanded(address):
    """The short form of an address as the kernel's list writes it."""
    import ipaddress
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return address


def mark_of(frame):
    """`(protocol, mark)` of a first packet, None of any other frame."""
    kind = struct.unpack_from("!H", frame, 12)[0]
    if kind == 0x0800 and len(frame) >= 42:
        at, protocol = 14 + (frame[14] & 15) * 4, frame[23]
    elif kind == 0x86DD and len(frame) >= 62:
        at, protocol = 54, frame[20]
    else:
        return None
    if protocol == 6 and frame[at + 13] & 0x12 == 0x02:
        return "tcp", struct.unpack_from("!H", frame, at)[0]
    if protocol == 17:
        return "udp", struct.unpack_from("!H", frame, at)[0]
    if (protocol, frame[at]) in ((1, 8), (58, 128)):
        return "icmp", struct.unpack_from("!H", frame, at + 4)[0]
    return None


def drawn(passages, ports):
    """The packets that try what the API's matrix says: of each passage every port that it names, and `ports`."""
    packets, mark = [], FIRST_MARK
    for passage in passages:
        named = {port for some in passage["passes"] for port in some["ports"]} | set(ports)
        for port in sorted(named) if passage["protocol"] != "icmp" else [0]:
            packets.append(Packet(passage["from"], passage["to"], passage["version"], passage["protocol"], port, mark))
            mark += 1
    return packets


def cross(places, packets, expected):
    """Sends all; returns those that arrived. `expected` are waited for, the others for a while."""
    arrived = set()
    with contextlib.ExitStack() as stack:
        looks = {name: stack.enter_context(place.watching()) for name, place in places.items()}
        by_mark = {(packet.protocol, packet.mark): packet for packet in packets}

        def gather():
            for name, look in looks.items():
                arrived.update(packet for seen in look() if (packet := by_mark.get(seen)) and packet.target == name)
        for name, place in places.items():
            mine = [packet for packet in packets if packet.source == name]
            place.send(mine, [address_of(places[packet.target], packet) for packet in mine])
            gather()
        deadline = time.monotonic() + PATIENCE
        while not expected <= arrived and time.monotonic() < deadline:
            gather()
        ends = time.monotonic() + LEAK_SECONDS
        while time.monotonic() < ends:
            gather()
    return arrived


def address_of(place, packet):
    """Where to: the box has an address on each side."""
    addresses = place.addresses[packet.version]
    return addresses[packet.source] if isinstance(addresses, dict) else addresses

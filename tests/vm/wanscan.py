"""A port scanner on WAN that runs from power-on to the end, at a bounded rate.

It sends hand-made TCP and UDP probes, IPv4 and IPv6, to every address that the box shows on WAN,
and takes any TCP, UDP or ICMP answer to them as a finding. Frames go straight to the box's MAC
address, so that nothing waits for ARP.
"""

import itertools
import select
import socket
import threading
import time

from scapy.layers.inet import IP, TCP, TCPerror, UDP, UDPerror
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.utils6 import in6_mactoifaceid, in6_ptop

from harness.watch import Watch

FROM4, FROM6 = "11.67.0.66", "2600:6700:1::66"
RATE = 100
# Below those that a host picks for itself: an answer to one of these answers a probe.
SOURCE_PORTS = range(20_000, 20_100)
TCP_PORTS = (21, 22, 23, 25, 53, 67, 80, 111, 123, 139, 179, 443, 445, 465, 514, 546, 547, 587, 631, 853, 873, 993,
             1080, 2049, 2375, 3000, 3128, 3306, 3389, 4444, 5000, 5353, 5355, 5432, 6443, 8000, 8080, 8443, 8888,
             9090, 9100, 10000, 27017)
UDP_PORTS = (53, 67, 68, 69, 111, 123, 137, 161, 323, 500, 514, 546, 547, 631, 1194, 1701, 1900, 3702, 4500, 5353,
             5355, 51820)


class Scanner:
    """`with Scanner(world["wan"], mac) as scanner:`; `scanner.findings` must stay empty."""

    def __init__(self, client, box_mac):
        self.findings = []
        self.sent = {}
        self._client, self._mac = client, box_mac
        self._stop = threading.Event()
        self._watch = Watch(client.namespace, box_mac)

    def __enter__(self):
        # Real addresses of the namespace: the box must be able to answer (ARP, ND) if it wants to.
        self._client.namespace.ip("address", "add", f"{FROM4}/24", "dev", "eth0")
        self._client.namespace.ip("-6", "address", "add", f"{FROM6}/64", "dev", "eth0", "nodad")
        self._watch.__enter__()
        self._out, self._in = self._client.raw(), self._client.raw()
        self._threads = [threading.Thread(target=work, daemon=True, name="scanner")
                         for work in (self._send, self._hear)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._out.close()
        self._in.close()
        self._watch.__exit__()

    def targets(self):
        """The addresses found so far; before the first, those that DHCP will give."""
        return self._watch.v4() + self._watch.v6() + self._watch.v6(link_local=True)

    def wait_targets(self, timeout):
        """Waits until the box shows an IPv4 and a global IPv6 address on WAN."""
        deadline = time.monotonic() + timeout
        while not (self._watch.v4() and self._watch.v6()):
            assert time.monotonic() < deadline, f"on WAN the box shows only {self.targets()}"
            self._stop.wait(0.1)

    def wait_rounds(self, rounds, timeout):
        """Waits until every present target was scanned `rounds` times from now on."""
        before = dict(self.sent)
        size = len(TCP_PORTS) + len(UDP_PORTS)
        wanted = set(self.targets())
        assert wanted, "the box shows no address on WAN"
        deadline = time.monotonic() + timeout
        assert all(thread.is_alive() for thread in self._threads), "the scanner itself has ended"
        while any(self.sent.get(target, 0) - before.get(target, 0) < rounds * size for target in wanted):
            assert time.monotonic() < deadline, "the scanner is too slow"
            self._stop.wait(0.1)

    def _send(self):
        made = {}
        numbers = itertools.cycle(SOURCE_PORTS)
        while not self._stop.is_set():
            targets = self.targets() or ["11.67.0.100"]
            for target in targets:
                if target not in made:
                    made[target] = [bytes(frame) for frame in
                                    _probes(target, self._client.mac, self._mac, next(numbers))]
                for frame in made[target]:
                    try:
                        self._out.send(frame)
                    except OSError:
                        pass  # no machine is at the other end: a full queue
                    self.sent[target] = self.sent.get(target, 0) + 1
                    if self._stop.wait(1 / RATE):
                        return

    def _hear(self):
        while not self._stop.is_set():
            ready, _, _ = select.select([self._in], [], [], 0.2)
            if not ready:
                continue
            try:
                data, address = self._in.recvfrom(65_536)
            except OSError:
                continue
            if address[2] == socket.PACKET_OUTGOING or data[6:12] != bytes.fromhex(self._mac.replace(":", "")):
                continue
            try:
                found = _answer(data, _link_local(self._client.mac))
            except Exception as error:  # an answer that cannot be read is one, and ends nobody's watch
                found = f"unreadable ({error!r}): {data[:200].hex()}"
            if found:
                self.findings.append(found)


def _probes(target, own_mac, mac, source_port):
    six = ":" in target
    from6 = _link_local(own_mac) if target.startswith("fe80:") else FROM6
    network = IPv6(src=from6, dst=target) if six else IP(src=FROM4, dst=target)
    start = Ether(src=own_mac, dst=mac) / network
    for port in TCP_PORTS:
        yield start / TCP(sport=source_port, dport=port, flags="S")
    for port in UDP_PORTS:
        yield start / UDP(sport=source_port, dport=port) / b"gatehouse-scan"


def _link_local(mac):
    """The kernel's own choice (RFC 4291, appendix A)."""
    return in6_ptop("fe80::" + in6_mactoifaceid(mac))


def _answer(data, own):
    frame = Ether(data)
    layer = frame.getlayer(IP) or frame.getlayer(IPv6)
    if layer is None or layer.dst not in (FROM4, FROM6, own):
        return None
    # The link-local address is also that of the provider's router, which the box may ask: an answer
    # to a probe goes to a probe's source port, or quotes the probe in an error.
    for kind, port in ((TCP, "dport"), (UDP, "dport"), (TCPerror, "sport"), (UDPerror, "sport")):
        if layer.haslayer(kind) and getattr(layer[kind], port) in SOURCE_PORTS:
            return frame.summary()
    return None

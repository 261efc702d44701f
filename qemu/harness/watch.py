"""Listens behind a port for the addresses that a machine uses and talks to there.

What a machine calls itself is only known from what it sends: sources of IP packets, ARP senders,
the address it asks a DHCP server for (RFC 2132, 9.1), and the targets of its duplicate address
detection (RFC 4862, 5.4).
"""

import ipaddress
import select
import socket
import struct
import threading

_ARP, _IPV4, _IPV6, _ALL = 0x0806, 0x0800, 0x86DD, 0x0003


class Watch:
    """`with Watch(namespace, mac) as watch: … watch.addresses`"""

    def __init__(self, namespace, mac):
        self.addresses = set()
        self.destinations = set()
        self.frames = 0
        self._namespace = namespace
        self._mac = bytes.fromhex(mac.replace(":", ""))

    def __enter__(self):
        with self._namespace.entered():
            self._line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL))
            self._line.bind(("eth0", _ALL))
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._wake.send(b"x")
        self._thread.join()
        for item in (self._line, self._wake, self._woken):
            item.close()

    def v4(self):
        """Its IPv4 addresses."""
        return sorted(str(address) for address in list(self.addresses) if address.version == 4)

    def v6(self, link_local=False):
        """Its global IPv6 addresses, or its link-local ones."""
        return sorted(str(address) for address in list(self.addresses)
                      if address.version == 6 and address.is_link_local == link_local)

    def _run(self):
        while True:
            ready, _, _ = select.select([self._line, self._woken], [], [])
            if self._woken in ready:
                return
            frame = self._line.recv(65_536)
            if frame[6:12] == self._mac:
                self.frames += 1
                self._note(frame)

    def _note(self, frame):
        kind = struct.unpack_from("!H", frame, 12)[0]
        found = None
        if kind == _ARP and len(frame) >= 32:
            found = ipaddress.ip_address(frame[28:32])
        elif kind == _IPV4 and len(frame) >= 34:
            found = ipaddress.ip_address(frame[26:30])
            if found.is_unspecified:
                found = _requested(frame)
        elif kind == _IPV6 and len(frame) >= 54:
            found = ipaddress.ip_address(frame[22:38])
            if found.is_unspecified and frame[20] == 58 and frame[54] == 135 and len(frame) >= 78:
                found = ipaddress.ip_address(frame[62:78])
        if found is not None and not found.is_unspecified:
            self.addresses.add(found)
        if kind == _IPV4 and len(frame) >= 34:
            self.destinations.add(str(ipaddress.ip_address(frame[30:34])))
        elif kind == _IPV6 and len(frame) >= 54:
            self.destinations.add(str(ipaddress.ip_address(frame[38:54])))


def _requested(frame):
    """The address that a DHCP request asks for, None in any other frame."""
    start = 14 + (frame[14] & 0x0F) * 4
    if frame[23] != 17 or frame[start + 2:start + 4] != b"\0\x43":
        return None
    options = frame[start + 8 + 240:]
    while len(options) >= 2 and options[0] != 255:
        if options[0] == 50 and options[1] == 4:
            return ipaddress.ip_address(options[2:6])
        options = options[1:] if options[0] == 0 else options[2 + options[1]:]
    return None

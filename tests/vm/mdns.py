"""A PC or a printer that speaks multicast DNS (RFC 6762): asks, answers, and tells what it heard."""

import contextlib
import socket
import struct
import threading

GROUP, PORT = "224.0.0.251", 5353
POINTER, INTERNET = 12, 1


def name(text):
    return b"".join(label(part) for part in text.split(".")) + b"\0"


def label(text):
    """A part of a name as it stands in a packet, whatever comes after it is made short."""
    return bytes([len(text)]) + text.encode()


def question(of):
    return struct.pack("!6H", 0, 0, 1, 0, 0, 0) + name(of) + struct.pack("!2H", POINTER, INTERNET)


def answer(of, target):
    rest = struct.pack("!2HIH", POINTER, INTERNET, 120, len(name(target))) + name(target)
    return struct.pack("!6H", 0, 0x8400, 0, 1, 0, 0) + name(of) + rest


class Speaker:
    """Whoever asks for a name of `serves` is told what it stands for."""

    def __init__(self, client, serves=()):
        self._serves, self._heard, self._news = dict(serves), [], threading.Event()
        with client.namespace.entered():
            self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            index = socket.if_nametoindex("eth0")
        group = struct.pack("4s4si", socket.inet_aton(GROUP), bytes(4), index)
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._line.bind(("", PORT))
        for option in (socket.IP_ADD_MEMBERSHIP, socket.IP_MULTICAST_IF):
            self._line.setsockopt(socket.IPPROTO_IP, option, group)
        self._line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
        self._line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        with contextlib.suppress(OSError):
            while packet := self._line.recv(9000):
                self._heard.append(packet)
                self._news.set()
                for asked, target in self._serves.items():
                    if not packet[2] & 0x80 and name(asked) in packet:
                        self.say(answer(asked, target))

    def say(self, packet):
        self._line.sendto(packet, (GROUP, PORT))

    def ask(self, of):
        self.say(question(of))

    def heard(self, text):
        """Whether somebody named it so far."""
        return any(label(text) in packet for packet in self._heard)

    def silent(self, seconds):
        """Whether nobody says anything for so long."""
        before = len(self._heard)
        self._news.clear()
        return not self._news.wait(seconds) and len(self._heard) == before

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Ends a reading that waits, which closing does not.
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()

"""A DNS question over UDP and its answer (RFC 1035), as much as a client in a test needs."""

import ipaddress
import os
import socket
import struct

TYPES = {"A": 1, "AAAA": 28, "PTR": 12}


def ask(server, name, kind="A", timeout=3.0):
    """The addresses that `server` gives for `name`, [] for none.

    Call inside the client's namespace. Raises TimeoutError without an answer and OSError when the
    server is refused; a refusing answer (REFUSED, SERVFAIL) is a PermissionError.
    """
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as line:
        line.settimeout(timeout)
        line.connect((server, 53))
        number = os.urandom(2)
        line.send(number + struct.pack("!HHHHH", 0x0100, 1, 0, 0, 0) + _name(name)
                  + struct.pack("!HH", TYPES[kind], 1))
        while True:
            answer = line.recv(4096)
            if answer[:2] == number:
                return _addresses(answer, TYPES[kind])


def _name(name):
    labels = [label.encode() for label in name.strip(".").split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _addresses(answer, kind):
    flags, questions, answers = struct.unpack_from("!HHH", answer, 2)
    if flags & 0x0F not in (0, 3):
        raise PermissionError(f"DNS answers with code {flags & 0x0F}")
    at = 12
    for _ in range(questions):
        at = _skip_name(answer, at) + 4
    found = []
    for _ in range(answers):
        at = _skip_name(answer, at)
        this, _, _, length = struct.unpack_from("!HHIH", answer, at)
        at += 10
        if this == kind and kind in (1, 28):
            found.append(str(ipaddress.ip_address(answer[at:at + length])))
        at += length
    return found


def _skip_name(answer, at):
    while True:
        length = answer[at]
        if length >= 0xC0:
            return at + 2
        if length == 0:
            return at + 1
        at += 1 + length

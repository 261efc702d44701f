"""Which ports of an address answer."""

import errno
import os
import selectors
import socket
import time


def scan(client, address, ports, wait=2.0):
    """Every TCP port that answers at all, with one wait for all of them."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found, lines = [], selectors.DefaultSelector()
    with client.namespace.entered():
        for port in ports:
            line = socket.socket(family, socket.SOCK_STREAM)
            line.setblocking(False)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
            failed = line.connect_ex((address, port))
            # Nothing was sent: no route is an answer of the PC's own, all else a broken test.
            assert failed in (0, errno.EINPROGRESS, errno.ENETUNREACH), os.strerror(failed)
            lines.register(line, selectors.EVENT_WRITE, port)
    deadline = time.monotonic() + wait
    while (left := deadline - time.monotonic()) > 0 and lines.get_map():
        for key, _ in lines.select(left):
            error = key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error not in (110, 113, 101):  # timed out, no route, unreachable: the PC's own words
                found.append(f"{address} tcp {key.data}: {'open' if error == 0 else 'refused'}")
            lines.unregister(key.fileobj)
            key.fileobj.close()
    for key in list(lines.get_map().values()):
        key.fileobj.close()
    return found

"""For `make test-long`: what passes through the booted box, on an emulated processor and emulated cards. It proves that nothing
stands still under load; the numbers say little of any board.
"""

import errno
import selectors
import socket
import time

import pytest

from harness import internet

pytestmark = pytest.mark.slow

SECONDS, PORT = 10, 8_080
# Connections that a PC has under way at a time.
AT_ONCE = 64
PIECE = bytes(256 * 1024)


def pour(line):
    """Sends until nobody takes it any more."""
    while True:
        line.sendall(PIECE)


def drink(client, seconds):
    """Bytes that one connection brings."""
    with client.connect(internet.WEB4, PORT) as line:
        line.settimeout(5)
        end, got = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            got += len(line.recv(1 << 20))
    return got


def opened(client, seconds):
    """Connections that were opened, each closed once it was there; and those that failed."""
    lines, done, failed, end = selectors.DefaultSelector(), 0, 0, time.monotonic() + seconds
    with client.namespace.entered():
        while (now := time.monotonic()) < end or lines.get_map():
            while now < end and len(lines.get_map()) < AT_ONCE:
                line = socket.socket()
                line.setblocking(False)
                assert line.connect_ex((internet.WEB4, PORT)) in (0, errno.EINPROGRESS)
                lines.register(line, selectors.EVENT_WRITE, now)
            for key, _ in lines.select(5):
                if key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                    done += 1
                else:
                    failed += 1
                lines.unregister(key.fileobj)
                key.fileobj.close()
            assert now < end + 10, f"{len(lines.get_map())} connections hang"
    return done, failed


def test_what_passes_from_the_internet_to_a_pc(box, logs):
    box.office.dhcp(30)
    outside = box.world["wan"]
    with outside.serving(pour, internet.WEB4, PORT):
        drink(box.office, 2)
        mbits = drink(box.office, SECONDS) * 8 / SECONDS / 1e6
    with outside.serving(socket.socket.close, internet.WEB4, PORT):
        opened(box.office, 2)
        done, failed = opened(box.office, SECONDS)
    with open(f"{logs}/throughput.txt", "w", encoding="ascii") as file:
        file.write(f"virtio-net-pci, TCG: {mbits:.0f} Mbit/s in one connection; "
                   f"{done / SECONDS:.0f} new connections a second, {failed} failed\n")
    assert mbits > 1 and done > 100 and failed == 0

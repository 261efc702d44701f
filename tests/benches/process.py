"""The CRM's process on loopback, in a directory that is thrown away: sockets handed in as systemd does
(sd_listen_fds(3)), certificate and manager's code by order, as the admin application gives them.
"""

import fcntl
import hashlib
import json
import os
import socket
import ssl
import time
from pathlib import Path

from harness import children

HOST = "crm.gatehouse.internal"
CODE = "7F3K-92QD-XM4T"
_READY_SECONDS = 60


class Process:
    """`gatehouse-appd crm`, running from construction on."""

    def __init__(self, appd, work, web):
        self.store, self._work = work / "crm", work
        self.store.mkdir(exist_ok=True)
        sockets = {"https": socket.create_server(("127.0.0.1", 443)), "orders": unix(work / "orders.sock")}
        with open(work / "crm.log", "ab") as log:
            self._child = handing([appd, "crm", "--store", self.store, "--run", work, "--web", web], sockets, log)
        self._order()

    def _order(self):
        chain, key = (self._work / "chain.pem").read_text(), (self._work / "key.pem").read_text()
        orders = [
            {"certificate": {"chain-pem": chain, "key-pem": key}},
            {"manager-code": {"sha256": hashlib.sha256(CODE.replace("-", "").encode()).hexdigest(),
                              "expires": int(time.time() + 86_400) * 1_000}},
        ]
        with socket.socket(socket.AF_UNIX) as to:
            to.connect(str(self._work / "orders.sock"))
            for order in orders:
                to.sendall(json.dumps(order).encode() + b"\n")

    def wait(self, answers):
        """Waits until `answers()` does not fail any more; TimeoutError."""
        deadline = time.monotonic() + _READY_SECONDS
        while True:
            try:
                return answers()
            except ssl.SSLCertVerificationError:
                raise
            except OSError as error:
                if self._child.poll() is not None or time.monotonic() > deadline:
                    log = (self._work / "crm.log").read_text(errors="replace")[-2_000:]
                    raise TimeoutError(f"the CRM does not answer:\n{log}") from error
                time.sleep(0.02)

    @property
    def pid(self):
        """Its number."""
        return self._child.pid

    def resident(self):
        """Its resident memory in MB (proc(5), VmRSS)."""
        return resident(self._child.pid)

    def end(self):
        """Ends it in order."""
        children.end(self._child, grace=120)
        (self._work / "orders.sock").unlink(missing_ok=True)

    def forget_pages(self):
        """Lets the kernel drop what it keeps of the store's files, as after a boot."""
        for path in self.store.rglob("*"):
            if path.is_file():
                with open(path, "rb") as file:
                    os.fsync(file.fileno())
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def on_disk(self):
        """Size of its store in MB."""
        return sum(path.stat().st_blocks * 512 for path in self.store.rglob("*")) / 1e6


def handing(argv, sockets, log):
    """Starts a program that finds these sockets by their names."""
    # Beyond those that the shell moves them to.
    numbers = [fcntl.fcntl(handed, fcntl.F_DUPFD, 20) for handed in sockets.values()]
    moves = " ".join(f"{3 + at}<&{number} {number}<&-" for at, number in enumerate(numbers))
    environment = {**os.environ, "LISTEN_FDS": str(len(numbers)), "LISTEN_FDNAMES": ":".join(sockets)}
    argv = ["bash", "-c", f'LISTEN_PID=$$ exec "$@" {moves}', "bash", *argv]
    child = children.start(argv, env=environment, pass_fds=numbers, stdout=log, stderr=log)
    for number in numbers:
        os.close(number)
    for handed in sockets.values():
        handed.close()
    return child


def resident(pid):
    """Resident memory of a process in MB (proc(5), VmRSS)."""
    return _memory(pid, "VmRSS")


def peak(pid):
    """Its largest so far (VmHWM)."""
    return _memory(pid, "VmHWM")


def _memory(pid, of):
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith(f"{of}:"))
    return int(line.split()[1]) * 1024 / 1e6


def unix(path):
    """A listening socket at this path."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    return listener

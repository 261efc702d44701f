"""Lets the host's browser reach the box as the office PC does: TCP ports on loopback addresses of the host,
each connection carried into the PC's namespace. A line in /etc/hosts gives them their names; on the way nothing
is changed, so certificates are checked as ever.
"""

import contextlib
import socket
import threading

# Loopback addresses that nothing else uses, by the name that is behind each.
PLACES = {"127.0.67.1": "gatehouse.internal", "127.0.67.2": "crm.gatehouse.internal"}
_PORTS = (80, 443)
_PIECE = 65_536


class Forward:
    """`with Forward(client):` carries connections while the block runs."""

    def __init__(self, client):
        self._client = client
        self._listening = []

    def __enter__(self):
        try:
            for address in PLACES:
                for port in _PORTS:
                    listener = socket.create_server((address, port))
                    self._listening.append(listener)
                    threading.Thread(target=self._accept, args=(listener, PLACES[address], port), daemon=True).start()
        except OSError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exception):
        for listener in self._listening:
            # Wakes up whoever accepts.
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, listener, name, port):
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near, name, port), daemon=True).start()

    def _carry(self, near, name, port):
        with near, contextlib.suppress(OSError, LookupError):
            with self._client.connect(self._client.resolve(name)[0], port) as far:
                back = threading.Thread(target=_pump, args=(far, near), daemon=True)
                back.start()
                _pump(near, far)
                back.join()


def _pump(source, target):
    """Copies until the source ends, then ends the target's reading side."""
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)

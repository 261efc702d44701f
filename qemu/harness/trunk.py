"""The far end of a trunk: raw frames with any tags, and a real IP stack in each VLAN.

QEMU sends and takes whole frames over a stream socket (4 bytes of length before each). Frames of
a VLAN that has a client lose their tag and go to its tap; what the tap says gets the tag. This is
plain Python on purpose: it needs neither 8021q nor VLAN filtering from the host's kernel.
"""

import contextlib
import os
import selectors
import socket
import struct
import threading

_TAG = 0x8100


def tagged(frame, *vlans):
    """The untagged `frame` with 802.1Q tags, the outermost first."""
    tags = b"".join(struct.pack("!HH", _TAG, vlan) for vlan in vlans)
    return frame[:12] + tags + frame[12:]


def outer_tag(frame):
    """The VLAN id of the outermost tag, None without one."""
    ethertype, control = struct.unpack_from("!HH", frame.ljust(16, b"\0"), 12)
    return control & 0x0FFF if ethertype == _TAG else None


class Trunk:
    """`with Trunk(path) as trunk:`; QEMU connects to `path`, again after each restart."""

    def __init__(self, path):
        self.path = path
        self._taps = {}
        self._line = None
        self._listeners = []
        self._lock = threading.Lock()
        self._received = b""
        self._connected = threading.Event()

    def __enter__(self):
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(self.path)
        self._server.listen(1)
        self._wake, self._woken = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._server, selectors.EVENT_READ, self._accept)
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._run, name="trunk", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._wake.send(b"x")
        self._thread.join()
        for item in (self._server, self._wake, self._woken, self._line):
            if item is not None:
                item.close()
        self._selector.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)

    def join(self, vlan, tap):
        """Gives `vlan` to the tap `tap` (bare frames)."""
        self._taps[vlan] = tap
        self._selector.register(tap, selectors.EVENT_READ, lambda: self._from_tap(vlan, tap))

    def wait_connected(self, timeout):
        """Waits until a machine is at the other end."""
        if not self._connected.wait(timeout):
            raise TimeoutError("the machine did not connect to the trunk")

    def send(self, frame):
        """Sends a frame as it is, tags and all."""
        with self._lock:
            if self._line is None:
                return
            with contextlib.suppress(OSError):
                self._line.sendall(struct.pack("!I", len(frame)) + frame)

    @contextlib.contextmanager
    def listen(self):
        """A list that gets every frame that the machine sends on the trunk from now on."""
        frames = []
        self._listeners.append(frames)
        try:
            yield frames
        finally:
            # By identity: two quiet listeners are equal lists.
            self._listeners = [kept for kept in self._listeners if kept is not frames]

    def _run(self):
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    return
                key.data()

    def _accept(self):
        line, _ = self._server.accept()
        with self._lock:
            self._hang_up()
            self._line, self._received = line, b""
        self._selector.register(line, selectors.EVENT_READ, self._from_machine)
        self._connected.set()

    def _hang_up(self):
        if self._line is not None:
            self._connected.clear()
            self._selector.unregister(self._line)
            self._line.close()
            self._line = None

    def _from_machine(self):
        try:
            chunk = self._line.recv(1 << 18)
        except OSError:
            chunk = b""
        if not chunk:
            with self._lock:
                self._hang_up()
            return
        self._received += chunk
        while len(self._received) >= 4:
            length = struct.unpack_from("!I", self._received)[0]
            if len(self._received) < 4 + length:
                return
            frame = self._received[4:4 + length]
            self._received = self._received[4 + length:]
            self._deliver(frame)

    def _deliver(self, frame):
        for listener in self._listeners:
            listener.append(frame)
        tap = self._taps.get(outer_tag(frame))
        if tap is not None:
            with contextlib.suppress(OSError):
                os.write(tap, frame[:12] + frame[16:])

    def _from_tap(self, vlan, tap):
        with contextlib.suppress(BlockingIOError):
            self.send(tagged(os.read(tap, 65_536), vlan))

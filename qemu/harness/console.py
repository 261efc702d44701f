"""The serial console: kept in a file, waited on by pattern.

The file is new with every start, so a line of an earlier boot is never taken for one of this.
Patterns are matched on text without escape sequences.
"""

import re
import sys
import threading
import time

_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[()][0-9A-B]|[=>78cDEHMNOZ]|\][^\x07\x1b]*(?:\x07|\x1b\\))|[\r\0]")


class Console:
    """Reads a connected socket in a thread; `console.wait_for("ready", 90)`."""

    def __init__(self, log, echo=None):
        self._log = open(log, "wb", buffering=0)
        self._echo = echo
        self._raw = b""
        self._changed = threading.Condition()
        self._ended = threading.Event()
        self._thread = None

    def attach(self, line):
        """Starts reading; a second call goes on with another machine's line (after a power cut)."""
        self._ended.clear()
        self._line = line
        self._thread = threading.Thread(target=self._read, args=(line,), name="console", daemon=True)
        self._thread.start()

    def close(self):
        """Waits for the last bytes; the machine has ended."""
        if self._thread is not None:
            self._thread.join(5)
        self._log.close()

    def join(self):
        """Waits for the last bytes of one machine; another may follow."""
        if self._thread is not None:
            self._thread.join(5)

    def mark(self):
        """A position; `since=mark` looks only at what came after it."""
        with self._changed:
            return len(self._raw)

    def text(self, since=0):
        """What was printed, without escape sequences."""
        with self._changed:
            return plain(self._raw[since:])

    def type(self, text):
        """Types on the serial line, as a person at the box would."""
        self._line.sendall(text.encode())

    def wait_for(self, pattern, timeout, since=0):
        """Waits until `pattern` is printed; returns the match.

        Raises TimeoutError, or RuntimeError when the machine ends first; both show the last lines.
        """
        wanted = re.compile(pattern, re.MULTILINE)
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                if match := wanted.search(self.text(since)):
                    return match
                if self._ended.is_set():
                    raise RuntimeError(f"the machine ended before {pattern!r}: {self._tail(since)}")
                if not self._changed.wait(deadline - time.monotonic()) and time.monotonic() >= deadline:
                    raise TimeoutError(f"no {pattern!r} within {timeout} s: {self._tail(since)}")

    def _tail(self, since):
        return "\n" + "\n".join(self.text(since).splitlines()[-15:])

    def _read(self, line):
        while True:
            try:
                chunk = line.recv(65_536)
            except OSError:
                chunk = b""
            with self._changed:
                if not chunk:
                    self._ended.set()
                self._raw += chunk
                self._log.write(chunk)
                self._changed.notify_all()
            if not chunk:
                return
            if self._echo is not None:
                self._echo.write(chunk)
                self._echo.flush()


def plain(raw):
    """What was printed, without escape sequences."""
    return _ESCAPES.sub(b"", raw).decode("utf-8", "replace")


def echo_to_terminal():
    """The stream for `Console(echo=…)` that shows the console to the person at the terminal."""
    return sys.stdout.buffer

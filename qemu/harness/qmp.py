"""QEMU's control connection (QMP): commands with answers, events, jobs."""

import json
import threading
import time


class QmpError(Exception):
    """QEMU refused a command; the message is QEMU's."""


class Qmp:
    """Speaks over a connected socket."""

    def __init__(self, line):
        self._line = line
        self._file = line.makefile("rb")
        self._changed = threading.Condition()
        self._answers = {}
        self._events = []
        self._next = 0
        self._ended = False
        json.loads(self._file.readline())
        self._thread = threading.Thread(target=self._read, name="qmp", daemon=True)
        self._thread.start()
        self.command("qmp_capabilities")

    def close(self):
        """Ends the connection."""
        self._line.close()

    def command(self, order_name, timeout=30, **arguments):
        """Runs a command; argument names get `-` for `_`."""
        with self._changed:
            self._next += 1
            number = self._next
        order = {"execute": order_name, "id": number}
        if arguments:
            order["arguments"] = {key.replace("_", "-"): value for key, value in arguments.items()}
        self._line.sendall(json.dumps(order).encode() + b"\n")
        answer = self._wait(lambda: self._answers.pop(number, None), timeout, order_name)
        if "error" in answer:
            raise QmpError(f"{order_name}: {answer['error'].get('desc')}")
        return answer["return"]

    def wait_event(self, name, timeout, since=0, accept=lambda data: True):
        """Waits for an event; `since` is what `events()` returned before the cause."""
        def find():
            for event in self._events[since:]:
                if event["event"] == name and accept(event.get("data", {})):
                    return event
            return None
        return self._wait(find, timeout, name)

    def events(self):
        """How many events came so far."""
        with self._changed:
            return len(self._events)

    def job(self, name, timeout, **arguments):
        """Runs a command that is a job, to its end."""
        before = self.events()
        number = f"{name}-{before}-{self._next}"
        self.command(name, job_id=number, **arguments)
        self.wait_event("JOB_STATUS_CHANGE", timeout, before,
                        lambda data: data.get("id") == number and data.get("status") == "concluded")
        job = next(job for job in self.command("query-jobs") if job["id"] == number)
        self.command("job-dismiss", id=number)
        if "error" in job:
            raise QmpError(f"{name}: {job['error']}")

    def _wait(self, find, timeout, what):
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                found = find()
                if found is not None:
                    return found
                if self._ended:
                    raise QmpError(f"QEMU ended during {what}")
                if not self._changed.wait(deadline - time.monotonic()) and time.monotonic() >= deadline:
                    raise TimeoutError(f"QEMU: no end of {what} within {timeout} s")

    def _read(self):
        while True:
            try:
                line = self._file.readline()
            except OSError:
                line = b""
            with self._changed:
                if not line:
                    self._ended = True
                else:
                    message = json.loads(line)
                    if "event" in message:
                        self._events.append(message)
                    else:
                        self._answers[message.get("id")] = message
                self._changed.notify_all()
            if not line:
                return

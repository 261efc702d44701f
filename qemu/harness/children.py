"""Child processes that never outlive the harness.

Each is known by its own pid and ended by it; the kernel ends it when the harness is killed.
"""

import ctypes
import signal
import subprocess

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start(argv, **options):
    """Starts a child; call from the main thread, whose end is what the kernel watches."""
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen([str(word) for word in argv], preexec_fn=_die_with_parent, **options)


def end(child, grace=3):
    """Ends a child: politely, then for good."""
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(grace)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def run(argv, timeout=30, text_input=None, check=True):
    """Runs a short command to its end and returns it; a failure carries the command's own words."""
    done = subprocess.run([str(word) for word in argv], input=text_input, text=True,
                          capture_output=True, timeout=timeout, check=False)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(str(word) for word in argv)}: {(done.stderr or done.stdout).strip()}")
    return done


class Stopped(BaseException):
    """SIGTERM arrived: unwinds every context manager, as KeyboardInterrupt does."""


def stop_on_sigterm():
    """Turns SIGTERM into an exception of the main thread, so that everything is cleaned up."""
    def stop(_number, _frame):
        raise Stopped
    signal.signal(signal.SIGTERM, stop)

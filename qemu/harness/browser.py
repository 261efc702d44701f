"""A PC's browser: Chromium in the PC's network namespace, unprivileged, with the PC's name server and a profile
of its own. `qemu/browser PC` opens it for a person; the tests drive it.
"""

import contextlib
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

from . import children, pages, screen
from .client import Client
from .console import plain
from .namespace import Namespace

CHROMIUM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "chromium")
USER, GROUP = "nobody", "nogroup"


class Home:
    """The home of the browser's user in the directory `path`; `client` is a PC with a lease."""

    def __init__(self, client, path):
        self.path = path
        self._database = os.path.join(path, ".pki", "nssdb")
        # What `chromium` beside this file wants to know.
        self.environment = {"GATEHOUSE_PC": client.name, "GATEHOUSE_PC_HOME": path}
        os.makedirs(self._database)
        # Its user must get through a directory of root's.
        os.chmod(os.path.dirname(path), 0o711)
        self.take_name_servers(client)
        self._certutil("-N", "--empty-password")
        _hand_over(path)

    def take_name_servers(self, client):
        """From the client's lease, as its system would with each new one."""
        with open(os.path.join(self.path, "resolv.conf"), "w", encoding="ascii") as file:
            file.write("".join(f"nameserver {server}\n" for server in client.lease["dns"].split()))

    def trust(self, certificate, name="Gatehouse"):
        """Installs a CA certificate for web sites, as its user would; Chromium reads it at its start."""
        self._certutil("-A", "-n", name, "-t", "C,,", "-i", certificate)
        _hand_over(self._database)

    def _certutil(self, *words):
        subprocess.run(["certutil", "-d", f"sql:{self._database}", *words], check=True, capture_output=True, timeout=60)


def main(name):
    """Opens the browser of the PC whose namespace is `name`, until its window is closed."""
    display = os.environ.get("GATEHOUSE_DISPLAY", "")
    if not display.startswith(":"):
        return _fail("there is no local X display: DISPLAY is not set to one, like :0")
    works = glob.glob(f"/var/tmp/{name.split('-')[0]}-*/{name}.lease")
    if len(works) != 1:
        return _fail(f"no PC with an address is called {name}; `make run` prints its name")
    client = Client(Namespace(name), "", os.path.dirname(works[0]))
    client.read_lease()
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir="/var/tmp") as place:
        home = Home(client, os.path.join(place, "home"))
        try:
            authority = pages.authority(client)
            _compare(pages.fingerprint(authority), os.path.dirname(works[0]))
        except (OSError, ValueError) as error:
            return _fail(error)
        certificate = os.path.join(place, "ca.crt")
        with open(certificate, "wb") as file:
            file.write(authority)
        home.trust(certificate)
        environment = {**os.environ, **home.environment, "DISPLAY": display}
        with contextlib.suppress(KeyError):
            shutil.copyfile(os.environ["GATEHOUSE_XAUTHORITY"], os.path.join(home.path, "xauthority"))
            shutil.chown(os.path.join(home.path, "xauthority"), USER, GROUP)
        return subprocess.run([CHROMIUM, "--no-first-run", "--no-default-browser-check", "--password-store=basic",
                               "--log-level=3", pages.URLS["admin"]], env=environment, check=False).returncode


def _hand_over(directory):
    for where, directories, files in os.walk(directory):
        for entry in (*directories, *files, "."):
            shutil.chown(os.path.join(where, entry), USER, GROUP)


def _compare(found, work):
    """The console is what a person would compare with."""
    with open(os.path.join(work, "serial.log"), "rb") as log:
        shown = re.search(screen.FINGERPRINT, plain(log.read()), re.MULTILINE)
    if not shown:
        print(f"qemu/browser: compare with the console: {found}", file=sys.stderr)
    elif screen.fingerprint(shown) != found:
        raise ValueError(f"the certificate authority is {found}, the console shows {screen.fingerprint(shown)}")


def _fail(reason):
    print(f"qemu/browser: {reason}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    children.stop_on_sigterm()
    try:
        sys.exit(main(sys.argv[1]))
    except (KeyboardInterrupt, children.Stopped):
        sys.exit(0)

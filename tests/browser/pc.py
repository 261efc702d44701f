"""A PC's browser: real Chromium in the PC's network namespace, with the PC's name server.

It keeps Chromium's own sandbox and every check of certificates; a CA counts only after `trust`.
Anything unexpected on a console, in a response or as a CSP report is kept in `complaints`.
"""

import contextlib
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}


class Pc:
    """`with Pc(playwright, client, work) as pc:`; `client` is a PC of the harness with a lease."""

    def __init__(self, playwright, client, work, name="pc"):
        self._playwright, self.client = playwright, client
        self.home = os.path.join(work, f"{client.name}-{name}")
        self.browser = None
        self.complaints = []

    def __enter__(self):
        os.makedirs(os.path.join(self.home, ".pki", "nssdb"))
        with open(os.path.join(self.home, "resolv.conf"), "w", encoding="ascii") as file:
            file.write("".join(f"nameserver {server}\n" for server in self.client.lease["dns"].split()))
        self._certutil("-N", "--empty-password")
        for where, directories, files in os.walk(self.home):
            for entry in (*directories, *files, "."):
                shutil.chown(os.path.join(where, entry), "nobody", "nogroup")
        self._start()
        return self

    def __exit__(self, *_):
        self.browser.close()

    def trust(self, path):
        """Installs the CA certificate in the file `path` for web sites, as its user would."""
        self._certutil("-A", "-n", "Gatehouse", "-t", "C,,", "-i", path)
        for entry in os.listdir(os.path.join(self.home, ".pki", "nssdb")):
            shutil.chown(os.path.join(self.home, ".pki", "nssdb", entry), "nobody", "nogroup")
        # Chromium reads its certificates at the start.
        self.browser.close()
        self._start()

    @contextlib.contextmanager
    def page(self, size=None, language="en-GB", scheme="light", allow=()):
        """A fresh profile with one page; `allow` are texts of console lines that the test expects."""
        context = self.context(size, language, scheme)
        try:
            yield self.watched(context.new_page(), allow)
        finally:
            context.close()

    def context(self, size=None, language="en-GB", scheme="light"):
        """A fresh profile."""
        return self.browser.new_context(
            viewport=size or DESKTOP, locale=language, color_scheme=scheme, reduced_motion="reduce",
            has_touch=size == PHONE, is_mobile=size == PHONE, timezone_id="Asia/Shanghai")

    def watched(self, page, allow=()):
        """Keeps what the page complains of."""
        def keep(text):
            if not any(expected in text for expected in allow):
                self.complaints.append(f"{page.url}: {text}")
        page.set_default_timeout(20_000)
        page.on("console", lambda line: line.type in ("error", "warning") and keep(f"{line.type}: {line.text}"))
        page.on("pageerror", lambda error: keep(f"error: {error}"))
        page.on("response", lambda answer: answer.status >= 500 and keep(f"{answer.status} {answer.url}"))
        return page

    def _start(self):
        env = {**os.environ, "GATEHOUSE_PC": self.client.name, "GATEHOUSE_PC_HOME": self.home}
        self.browser = self._playwright.chromium.launch(
            executable_path=os.path.join(HERE, "chromium"), chromium_sandbox=True, env=env,
            args=["--disable-background-networking", "--disable-component-update"])

    def _certutil(self, *words):
        subprocess.run(["certutil", "-d", f"sql:{self.home}/.pki/nssdb", *words], check=True, capture_output=True,
                       timeout=60)

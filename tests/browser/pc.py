"""A PC's browser: real Chromium in the PC's network namespace, with the PC's name server.

It keeps Chromium's own sandbox and every check of certificates; a CA counts only after `trust`.
Anything unexpected on a console, in a response or as a CSP report is kept in `complaints`.
"""

import contextlib
import os
import shutil

from harness.browser import CHROMIUM, GROUP, USER, Home

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
# Chromium's own note of an answer that says no: tests provoke some, and nobody is signed in at first.
REFUSED = "Failed to load resource: the server responded with a status of 4"
_REPORT = "/api/v1/csp-report"


class Pc:
    """`with Pc(playwright, client, work) as pc:`; `client` is a PC of the harness with a lease."""

    def __init__(self, playwright, client, work, name="pc"):
        self._playwright, self.client = playwright, client
        self._place = os.path.join(work, f"{client.name}-{name}")
        self.home = self.browser = None
        self.complaints = []

    def __enter__(self):
        self.home = Home(self.client, self._place)
        self._start()
        return self

    def __exit__(self, *_):
        self.browser.close()

    def trust(self, path, name="Gatehouse"):
        """Installs the CA certificate in the file `path` for web sites, as its user would."""
        self.home.trust(path, name)
        # Chromium reads its certificates at the start.
        self.browser.close()
        self._start()

    @contextlib.contextmanager
    def page(self, size=None, language="en-GB", scheme="light", state=None):
        """A fresh profile with one page; `state` is what another profile keeps (cookies and storage)."""
        context = self.context(size, language, scheme, state)
        try:
            yield self.watched(context.new_page())
        finally:
            context.close()

    def context(self, size=None, language="en-GB", scheme="light", state=None):
        """A fresh profile, or one that goes on from the `state` of another."""
        return self.browser.new_context(
            viewport=size or DESKTOP, locale=language, color_scheme=scheme, reduced_motion="reduce",
            has_touch=size == PHONE, is_mobile=size == PHONE, timezone_id="Asia/Shanghai", storage_state=state)

    def watched(self, page):
        """Keeps what the page complains of: its console, an answer that says something broke, a report of the
        content policy, a dialog that a script opened."""
        def keep(text):
            if REFUSED not in text:
                self.complaints.append(f"{page.url}: {text}")

        def dialog(shown):
            keep(f"dialog: {shown.message}")
            shown.dismiss()
        page.on("console", lambda line: line.type in ("error", "warning") and keep(f"{line.type}: {line.text}"))
        page.on("pageerror", lambda error: keep(f"error: {error}"))
        page.on("response", lambda answer: answer.status >= 500 and keep(f"{answer.status} {answer.url}"))
        page.on("request", lambda request: request.url.endswith(_REPORT) and keep("a report of the content policy"))
        page.on("dialog", dialog)
        return page

    def _start(self):
        downloads = os.path.join(self.home.path, "downloads")
        os.makedirs(downloads, exist_ok=True)
        shutil.chown(downloads, USER, GROUP)
        self.browser = self._playwright.chromium.launch(
            executable_path=CHROMIUM, chromium_sandbox=True, env={**os.environ, **self.home.environment},
            downloads_path=downloads, args=["--disable-background-networking", "--disable-component-update"])

"""A person at the CRM's pages: one TLS 1.3 connection that is kept, with the headers that a browser sends."""

import http.client
import json
import math
import re
import ssl
import statistics
import time
from http.cookies import SimpleCookie

from process import CODE, HOST
from totp import Authenticator

PASSPHRASE = "orchard velvet compass thunder maple eleven"
_LOGIN = {"name": "Li Wei", "password": "seven copper kettles sing"}
_SECONDS = 600


class Person:
    """Someone who asks the CRM, and keeps its cookies."""

    def __init__(self, work):
        self._context = ssl.create_default_context(cafile=work / "ca.pem")
        self._context.minimum_version = ssl.TLSVersion.TLSv1_3
        self._cookies, self._line, self._authenticator = {}, None, None

    def connect(self):
        """Opens a connection anew."""
        if self._line:
            self._line.close()
        self._line = http.client.HTTPSConnection(HOST, timeout=_SECONDS, context=self._context)
        self.ask("GET", "/healthz")

    def ask(self, method, path, document=None, version=None):
        """What the answer says; RuntimeError for a refusal."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if method != "GET":
            headers |= {"Origin": f"https://{HOST}", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        self._line.request(method, path, None if document is None else json.dumps(document).encode(), headers)
        answer = self._line.getresponse()
        body = answer.read()
        for line in answer.headers.get_all("Set-Cookie", []):
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {body.decode(errors='replace')}")
        return json.loads(body) if answer.headers.get_content_type() == "application/json" else None

    def give_code(self):
        """The admin's code, as whoever claims the CRM gives it."""
        self.ask("POST", "/api/v1/claim/code", {"code": CODE})

    def claim(self):
        """From the admin's code to the first manager, who is signed in then."""
        def step(name, document):
            return self.ask("POST", f"/api/v1/claim/{name}", document)
        self.give_code()
        made = step("vault", {"organisation": "Nordlicht & Söhne", "passphrase": PASSPHRASE})
        step("recovery", {"recoveryKey": made["recoveryKey"]})
        setup = step("account", {**_LOGIN, "language": "en", "timeZone": "Europe/Berlin", "showAsUnlocker": False})
        self._authenticator = Authenticator(setup["totpSecret"])
        step("totp", {"code": self._authenticator.code()})

    def sign_in(self):
        """Signs in anew: sessions end with the process."""
        self.ask("POST", "/api/v1/session", _LOGIN)
        self.ask("POST", "/api/v1/session/totp", {"code": self._authenticator.code()})

    def sign_in_as(self, other):
        """Signs in with another one's authenticator app: the same person at another box, which came back from a copy
        and takes no code at first."""
        self._authenticator = other._authenticator
        self.ask("POST", "/api/v1/session", _LOGIN)
        try:
            self.ask("POST", "/api/v1/session/totp", {"code": self._authenticator.code()})
        except RuntimeError as refused:
            wait = re.search(r'"retryAfter":(\d+)', str(refused))
            if "just-restored" not in str(refused) or not wait:
                raise
            time.sleep(int(wait[1]))
            self.ask("POST", "/api/v1/session/totp", {"code": self._authenticator.code()})

    def unlock(self):
        """Opens the vault; the seconds that took."""
        begun = time.monotonic()
        self.ask("POST", "/api/v1/unlock", {"passphrase": PASSPHRASE})
        return time.monotonic() - begun

    def timed(self, times, *arguments):
        """Median and 99th percentile in ms of `times` questions; `arguments[n]()` gives the nth one's."""
        took = []
        for number in range(times):
            question = [argument(number) if callable(argument) else argument for argument in arguments]
            begun = time.perf_counter()
            self.ask(*question)
            took.append((time.perf_counter() - begun) * 1_000)
        took.sort()
        return statistics.median(took), took[math.ceil(len(took) * 0.99) - 1]

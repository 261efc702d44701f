"""The box's pages as a PC asks for them: the certificate authority from port 80, then TLS that trusts that alone
and the name that belongs to the page.
"""

import contextlib
import hashlib
import http.client
import json
import ssl
import time

URLS = {"admin": "https://gatehouse.internal", "crm": "https://crm.gatehouse.internal"}
_SECONDS = 3.0


def host(application):
    """The name of an application's pages."""
    return URLS[application].removeprefix("https://")


def authority(client):
    """The certificate authority (DER) that the box gives out; OSError when it gives none."""
    answer = client.tcp(_address(client, host("admin")), 80,
                        f"GET /ca.crt HTTP/1.0\r\nHost: {host('admin')}\r\n\r\n".encode(), _SECONDS)
    head, _, body = answer.partition(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n")[0] or not body:
        raise ConnectionError(f"http://{host('admin')}/ca.crt gives no certificate")
    return body


def fingerprint(der):
    """SHA-256 as the box's console shows it."""
    return hashlib.sha256(der).digest().hex(":").upper()


def get(client, application, der, path="/healthz"):
    """`(status, headers, body)` of a page; OSError when nobody answers or the certificate is not good."""
    return _ask(client, application, der, "GET", path)


def post(client, application, der, path, document):
    """The same of what a page of the application itself sends."""
    headers = {"Content-Type": "application/json", "Origin": URLS[application], "Sec-Fetch-Site": "same-origin"}
    return _ask(client, application, der, "POST", path, json.dumps(document), headers)


def _ask(client, application, der, method, path, body=None, headers=()):
    context = ssl.create_default_context(cadata=ssl.DER_cert_to_PEM_cert(der))
    name = host(application)
    with contextlib.closing(http.client.HTTPConnection(name, timeout=_SECONDS)) as connection:
        line = client.connect(_address(client, name), 443, _SECONDS)
        line.settimeout(_SECONDS)
        with line:
            connection.sock = context.wrap_socket(line, server_hostname=name)
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()


def healthy(client, application, der):
    """Whether its `/healthz` answers."""
    try:
        return get(client, application, der)[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def wait(client, application, der, seconds):
    """Waits until `/healthz` answers; TimeoutError."""
    _until(lambda: healthy(client, application, der), seconds, f"{URLS[application]}/healthz does not answer")


def wait_authority(client, seconds):
    """Waits until the box gives out its certificate authority; TimeoutError."""
    found = []

    def asked():
        with contextlib.suppress(OSError):
            found.append(authority(client))
        return found
    _until(asked, seconds, f"http://{host('admin')}/ca.crt does not answer")
    return found[0]


def _until(good, seconds, otherwise):
    deadline = time.monotonic() + seconds
    while not good():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{otherwise} within {seconds:.0f} s")
        time.sleep(0.2)


def _address(client, name):
    found = client.resolve(name)
    if not found:
        raise ConnectionError(f"{name} has no address")
    return found[0]


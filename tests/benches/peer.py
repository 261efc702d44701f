"""Files of the web app over HTTPS, by the CRM's process and by nginx, with the same certificate on the same loopback."""

import re
import ssl
import statistics
import subprocess
import urllib.request

from harness import children
from process import HOST

ROUNDS = 3
SECONDS = 3
CONNECTIONS = 32
PORTS = {"ours": 443, "nginx": 8443}
_CONFIGURATION = """
daemon off; worker_processes 2; pid {work}/nginx.pid; error_log {work}/nginx.log; user root;
events {{ worker_connections 1024; }}
http {{
    include /etc/nginx/mime.types; access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
    client_body_temp_path {work}/t1; proxy_temp_path {work}/t2; fastcgi_temp_path {work}/t3; uwsgi_temp_path {work}/t4;
    scgi_temp_path {work}/t5;
    server {{
        listen 127.0.0.1:8443 ssl; server_name {host}; root {web};
        ssl_certificate {work}/chain.pem; ssl_certificate_key {work}/key.pem; ssl_protocols TLSv1.3;
        ssl_session_cache off; ssl_session_tickets off;
    }}
}}
"""


class Nginx:
    """nginx on the same files, for as long as the block lasts."""

    def __init__(self, work, web):
        self._file = work / "nginx.conf"
        self._file.write_text(_CONFIGURATION.format(work=work, web=web, host=HOST), encoding="utf-8")

    def __enter__(self):
        self._child = children.start(["nginx", "-e", "stderr", "-c", self._file], stdout=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        children.end(self._child, grace=10)


def session(work, port):
    """Protocol, cipher and key exchange that a new connection agrees on."""
    argv = ["openssl", "s_client", "-connect", f"{HOST}:{port}", "-servername", HOST, "-CAfile", work / "ca.pem", "-verify_return_error"]
    said = subprocess.run(argv, check=True, text=True, input="", capture_output=True, timeout=30).stdout
    cipher = re.search(r"New, (\S+), Cipher is (\S+)", said)
    return *cipher.groups(), re.search(r"Negotiated TLS1.3 group: (\S+)", said).group(1)


def body(work, port, path):
    """The file as it comes."""
    context = ssl.create_default_context(cafile=work / "ca.pem")
    with urllib.request.urlopen(f"https://{HOST}:{port}{path}", context=context, timeout=30) as answer:
        return answer.read()


def compare(path, again):
    """Requests a second of each, the middle of the rounds, which take turns; `again`: with a handshake for every request."""
    rates = {name: [] for name in PORTS}
    for _ in range(ROUNDS):
        for name, port in PORTS.items():
            rates[name].append(_load(f"https://{HOST}:{port}{path}", again))
    return {name: statistics.median(measured) for name, measured in rates.items()}


def _load(url, again):
    argv = ["wrk", "--threads", "2", "--connections", CONNECTIONS, "--duration", f"{SECONDS}s", "--header",
            "Connection: close" if again else "Connection: keep-alive", url]
    said = subprocess.run([str(word) for word in argv], check=True, text=True, capture_output=True, timeout=60).stdout
    errors = re.search(r"Socket errors: .*|Non-2xx.*", said)
    if errors and not (again and "Non-2xx" not in said and "connect 0, " in said and "timeout 0" in said):
        raise RuntimeError(f"{url}: {errors.group()}")
    return float(re.search(r"Requests/sec:\s+(\S+)", said).group(1))

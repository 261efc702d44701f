"""The internet behind WAN: DHCP, router advertisements, DNS and a web server.

dnsmasq does the first three. The web server stands one hop further, on addresses of another
network, and answers with the address that it sees: that is how NAT shows. All addresses look
public, because a box drops documentation ranges arriving on WAN; nothing of it leaves the
namespace.
"""

import http.server
import os
import socket
import threading

from . import children
from .namespace import write_sysctl

ROUTER4, ROUTER6 = "11.67.0.1", "2600:6700:1::1"
WEB4, WEB6 = "11.67.80.80", "2600:6700:80::80"
# Not below `.test`, of which a resolver may say by itself that there is nothing (RFC 6761).
NAME = "www.internet.example"


class Internet:
    """`with Internet(namespace, work) as internet:`"""

    def __init__(self, namespace, work):
        self.namespace = namespace
        self._work = work
        self._servers = []
        self._dnsmasq = None
        self.visitors = []

    def __enter__(self):
        ip = self.namespace.ip
        ip("address", "add", f"{ROUTER4}/24", "dev", "eth0")
        ip("-6", "address", "add", f"{ROUTER6}/64", "dev", "eth0", "nodad")
        ip("address", "add", f"{WEB4}/32", "dev", "lo")
        ip("-6", "address", "add", f"{WEB6}/128", "dev", "lo", "nodad")
        with self.namespace.entered():
            write_sysctl("net/ipv6/conf/all/forwarding", 1)
            self._servers = [_serve(socket.AF_INET, WEB4, self.visitors),
                             _serve(socket.AF_INET6, WEB6, self.visitors)]
        try:
            self._start_dnsmasq()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._dnsmasq is not None:
            children.end(self._dnsmasq)
            self._log.close()
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def _start_dnsmasq(self):
        self._log = open(os.path.join(self._work, "internet.log"), "wb")
        self._dnsmasq = children.start(self.namespace.command(
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-hosts", "--no-resolv",
            "--log-facility=-", "--user=root", "--pid-file=", "--no-ping",
            "--interface=eth0", "--except-interface=lo", "--bind-interfaces",
            "--dhcp-authoritative", f"--dhcp-leasefile={self._work}/internet.leases",
            "--dhcp-range=11.67.0.100,11.67.0.199,1h",
            f"--dhcp-range={ROUTER6.removesuffix('1')},ra-only,64,1h", "--enable-ra", "--ra-param=eth0,10,1800",
            f"--address=/{NAME}/{WEB4}", f"--address=/{NAME}/{WEB6}", "--address=/#/",
        ), stdout=self._log, stderr=self._log)


class _Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):  # the base class wants this name
        """Says who asked."""
        visitor = self.client_address[0]
        self.server.visitors.append(visitor)
        body = f"the internet sees {visitor}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Visitors are kept, not printed."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, family, address, visitors):
        self.address_family = family
        self.visitors = visitors
        super().__init__((address, 80), _Answer)


def _serve(family, address, visitors):
    """Binds in the namespace of the calling thread."""
    server = _Server(family, address, visitors)
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True, name="internet").start()
    return server

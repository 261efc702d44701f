"""A PC on a port: takes an address, asks names, connects.

Everything happens in the PC's namespace. Failures have types: a refused connection, a time-out and
an answer are three different things to a test.
"""

import contextlib
import ipaddress
import json
import os
import socket
import struct
import threading
import time

from . import children, dns

_LEASE_SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lease.sh")


class Client:
    """One namespace seen as a PC whose only port is `eth0`."""

    def __init__(self, namespace, mac, work):
        self.namespace = namespace
        self.mac = mac
        self.lease = {}
        self._lease_file = os.path.join(work, f"{namespace.name}.lease")

    @property
    def name(self):
        """The namespace's name, for `ip netns exec`."""
        return self.namespace.name

    def dhcp(self, timeout=20, options=()):
        """Gets an address; returns what the server said: address, router, dns, domain, ntp, …

        `options` are further arguments of udhcpc."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._lease_file)
        tries = max(1, int(timeout))
        done = children.run(
            ["env", f"LEASE_FILE={self._lease_file}", *self.namespace.command(
                "busybox", "udhcpc", "-i", "eth0", "-f", "-q", "-n", "-t", tries, "-T", 1,
                "-O", "ntpsrv", "-s", _LEASE_SCRIPT, *options)], timeout=timeout + 10, check=False)
        if not os.path.exists(self._lease_file):
            raise TimeoutError(f"no DHCP answer within {timeout} s: {done.stderr.strip()[-300:]}")
        return self.read_lease()

    def read_lease(self):
        """What the server said last, also to another process of the harness."""
        with open(self._lease_file, encoding="utf-8") as file:
            self.lease = dict(line.rstrip("\n").split("=", 1) for line in file)
        return self.lease

    def addresses(self, family=6):
        """The interface's global addresses with prefix length; for IPv6 those out of an RA."""
        shown = json.loads(self.namespace.ip("-j", f"-{family}", "address", "show", "dev", "eth0").stdout)
        return [ipaddress.ip_interface(f"{entry['local']}/{entry['prefixlen']}")
                for link in shown for entry in link.get("addr_info", [])
                if entry.get("scope") == "global" and not entry.get("tentative")]

    def wait_ra(self, timeout=20):
        """Waits for an IPv6 address out of a router advertisement; returns it."""
        # Down and up asks for an advertisement at once (a router solicitation), once per wait.
        deadline = time.monotonic() + timeout
        self.solicit()
        while True:
            if found := self.addresses(6):
                return found[0]
            if time.monotonic() > deadline:
                raise TimeoutError(f"no IPv6 address within {timeout} s")
            time.sleep(0.1)

    def solicit(self):
        """Sends a router solicitation (RFC 4861, 4.1)."""
        with self.namespace.entered():
            line = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
            index = socket.if_nametoindex("eth0")
        with line, contextlib.suppress(OSError):
            line.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
            option = struct.pack("!BB", 1, 1) + bytes.fromhex(self.mac.replace(":", ""))
            line.sendto(struct.pack("!BBHI", 133, 0, 0, 0) + option, ("ff02::2", 0, 0, index))

    def router6(self):
        """The default router out of the advertisements, None without one."""
        for route in json.loads(self.namespace.ip("-j", "-6", "route", "show", "default").stdout):
            if "gateway" in route:
                return route["gateway"]
        return None

    def renew(self, timeout=20):
        """Forgets addresses, routes and neighbours, and asks for them again."""
        self.namespace.ip("neighbour", "flush", "dev", "eth0", "nud", "all")
        self.namespace.ip("-6", "route", "flush", "default", "dev", "eth0", check=False)
        self.namespace.ip("address", "flush", "dev", "eth0", "scope", "global")
        self.dhcp(timeout)
        self.wait_ra(timeout)

    def resolve_link(self, address, timeout=3):
        """The MAC address that answers for an IPv4 address on this link (ARP), None for nobody."""
        self.namespace.ip("neighbour", "flush", "to", address, "dev", "eth0", check=False)
        self.namespace.run("arping", "-q", "-f", "-c", timeout, "-w", timeout, "-I", "eth0", address, check=False)
        self.ping(address, timeout=1)
        for entry in json.loads(self.namespace.ip("-j", "neighbour", "show", "to", address).stdout or "[]"):
            if "lladdr" in entry:
                return entry["lladdr"]
        return None

    def static(self, *addresses, router=None, router6=None):
        """Takes addresses by hand, replacing what was there."""
        self.namespace.ip("address", "flush", "dev", "eth0", "scope", "global")
        for address in addresses:
            extra = ["nodad"] if ":" in address else []
            self.namespace.ip("address", "add", address, "dev", "eth0", *extra)
        if router:
            self.namespace.ip("route", "replace", "default", "via", router)
        if router6:
            self.namespace.ip("-6", "route", "replace", "default", "via", router6, "dev", "eth0", "metric", 10)

    def resolve(self, name, kind="A", server=None, timeout=3.0):
        """Asks the DNS server of the lease, or another."""
        with self.namespace.entered():
            return dns.ask(server or self.lease["dns"].split()[0], name, kind, timeout)

    def told(self, name):
        """The same, while a name server may start anew: None without an answer, `refused` for one that says no."""
        try:
            return self.resolve(name)
        except PermissionError:
            return "refused"
        except OSError:
            return None

    def connect(self, address, port, timeout=5.0):
        """A connection that is the caller's to use and close; it waits for ever once it is there."""
        line = self._socket(address, socket.SOCK_STREAM)
        try:
            line.settimeout(timeout)
            line.connect((address, port))
            line.settimeout(None)
        except OSError:
            line.close()
            raise
        return line

    def tcp(self, address, port, send=b"", timeout=3.0):
        """Connects, sends, and returns all that comes back until the other side closes."""
        with self._socket(address, socket.SOCK_STREAM) as line:
            line.settimeout(timeout)
            line.connect((address, port))
            line.sendall(send)
            answer = b""
            with contextlib.suppress(TimeoutError, ConnectionResetError):
                while chunk := line.recv(65_536):
                    answer += chunk
            return answer

    def udp(self, address, port, send=b"?", timeout=2.0):
        """Sends a datagram and returns the answer."""
        with self._socket(address, socket.SOCK_DGRAM) as line:
            line.settimeout(timeout)
            line.connect((address, port))
            line.send(send)
            return line.recv(65_536)

    def udp_send(self, address, port, send=b"?"):
        """Sends a datagram and waits for nothing."""
        with self._socket(address, socket.SOCK_DGRAM) as line:
            line.sendto(send, (address, port))

    def http(self, address, path="/", timeout=5.0):
        """GETs a page, returns status line, headers and body as text."""
        request = f"GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n".encode()
        return self.tcp(address, 80, request, timeout).decode("utf-8", "replace")

    def ntp(self, address, timeout=2.0):
        """Asks for the time (RFC 5905); returns seconds since 1970."""
        answer = self.udp(address, 123, b"\x23" + bytes(47), timeout)
        return struct.unpack_from("!I", answer, 40)[0] - 2_208_988_800

    def ping(self, address, count=1, timeout=2):
        """Whether an echo comes back."""
        return self.namespace.run("ping", "-n", "-q", "-c", count, "-W", timeout, address,
                                  check=False, timeout=timeout * count + 10).returncode == 0

    def outcome(self, address, port, timeout=2.0, protocol="tcp", send=b"?"):
        """`open`, `refused` or `silent`: what a scanner would say of a port."""
        try:
            if protocol == "udp":
                self.udp(address, port, send, timeout)
            else:
                self.tcp(address, port, b"", timeout)
        except ConnectionRefusedError:
            return "refused"
        except (TimeoutError, OSError):
            return "silent"
        return "open"

    @contextlib.contextmanager
    def serving(self, talk, address="0.0.0.0", port=0):
        """Listens for as long as the block lasts and has `talk` talk to whoever connects, each in a thread of its own;
        gives the port."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with self.namespace.entered():
            server = socket.create_server((address, port), family=family, backlog=512, dualstack_ipv6=address == "::")

        def answer(line):
            with line, contextlib.suppress(OSError):
                talk(line)

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            # Closing alone would leave it listening for as long as the thread waits.
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            server.close()

    def raw(self):
        """A packet socket on `eth0`, for hand-made frames."""
        with self.namespace.entered():
            line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            line.bind(("eth0", 0))
        return line

    def send_frames(self, frames):
        """Sends whole frames as they are."""
        with self.raw() as line:
            for frame in frames:
                line.send(bytes(frame))

    def _socket(self, address, kind):
        with self.namespace.entered():
            return socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)

"""Which ports a machine has and what is behind each.

A topology is a JSON file (docs/ci.md has the format); `DEFAULT` is what is used without one.
Each port's far end is a namespace `gh<pid>-<port>`; each VLAN of a trunk has one of its own.
"""

import contextlib
import json
import os
import re
from dataclasses import dataclass, field

from .client import Client
from .internet import Internet
from .namespace import Namespace, drain
from .trunk import Trunk

DEFAULT = {
    "version": 1,
    "ports": [
        {"name": "wan", "kind": "internet", "mac": "52:54:00:67:00:01", "slot": 3},
        {"name": "office", "kind": "access", "mac": "52:54:00:67:00:02", "slot": 4},
        {"name": "guest", "kind": "access", "mac": "52:54:00:67:00:03", "slot": 5},
        {"name": "trunk", "kind": "trunk", "mac": "52:54:00:67:00:04", "slot": 6,
         "vlans": [10, 20, 30]},
    ],
}

_KINDS = ("internet", "access", "trunk")
_KEYS = {"name", "kind", "mac", "slot", "vlans", "plugged"}


class TopologyError(Exception):
    """The topology file cannot be used; the message names the field."""


@dataclass(frozen=True)
class Port:
    """One network port of the machine."""

    name: str
    kind: str
    mac: str
    slot: int
    vlans: tuple = ()
    plugged: bool = True

    @property
    def far_mac(self):
        """The address of whatever is on the other side of the cable."""
        return self.mac.replace("52:54:00:", "52:54:01:", 1) if self.mac.startswith("52:54:00:") \
            else "52:54:01:" + self.mac[9:]


def parse(document):
    """Reads a topology document.

    Raises TopologyError, which names the field and the reason.
    """
    if not isinstance(document, dict) or document.get("version") != 1:
        raise TopologyError("version: only topology version 1 is known")
    ports = []
    for index, entry in enumerate(document.get("ports") or []):
        where = f"ports[{index}]"
        if not isinstance(entry, dict):
            raise TopologyError(f"{where}: not an object")
        if unknown := set(entry) - _KEYS:
            raise TopologyError(f"{where}.{sorted(unknown)[0]}: no such field")
        name, kind, mac = entry.get("name", ""), entry.get("kind"), str(entry.get("mac", "")).lower()
        slot, vlans = entry.get("slot"), entry.get("vlans", [])
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,11}", str(name)):
            raise TopologyError(f"{where}.name: 1 to 12 of a-z, 0-9 and -, a letter first")
        if kind not in _KINDS:
            raise TopologyError(f"{where}.kind: one of {', '.join(_KINDS)}")
        if not re.fullmatch(r"[0-9a-f][02468ace](:[0-9a-f]{2}){5}", mac):
            raise TopologyError(f"{where}.mac: six pairs of hexadecimal digits, not a group address")
        if not isinstance(slot, int) or not 3 <= slot <= 7:
            raise TopologyError(f"{where}.slot: a PCI slot from 3 to 7")
        if kind == "trunk" and not (vlans and all(isinstance(vlan, int) and 1 <= vlan <= 4094
                                                  for vlan in vlans)):
            raise TopologyError(f"{where}.vlans: a trunk needs VLAN ids from 1 to 4094")
        if kind != "trunk" and vlans:
            raise TopologyError(f"{where}.vlans: only a trunk has VLANs")
        ports.append(Port(name, kind, mac, slot, tuple(vlans), bool(entry.get("plugged", True))))
    if not ports:
        raise TopologyError("ports: at least one is needed")
    for what in ("name", "mac", "slot"):
        values = [getattr(port, what) for port in ports]
        if len(set(values)) != len(values):
            raise TopologyError(f"ports: two have the same {what}")
    if sum(port.kind == "internet" for port in ports) > 1:
        raise TopologyError("ports: only one can be the internet")
    if sum(port.kind == "trunk" for port in ports) > 1:
        raise TopologyError("ports: only one can be a trunk")
    return ports


def load(path):
    """Reads a topology file, or the default when `path` is None."""
    if path is None:
        return parse(DEFAULT)
    with open(path, encoding="utf-8") as file:
        try:
            return parse(json.load(file))
        except json.JSONDecodeError as error:
            raise TopologyError(f"not JSON: {error}") from error


@dataclass
class Topology:
    """The namespaces of a topology, standing. `with Topology(ports, work) as topology:`"""

    ports: list
    work: str
    prefix: str = field(default_factory=lambda: f"gh{os.getpid()}")
    clients: dict = field(default_factory=dict)
    taps: dict = field(default_factory=dict)
    internet: Internet = None
    trunk: Trunk = None

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            for port in self.ports:
                self._attach(stack, port)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _attach(self, stack, port):
        if port.kind == "trunk":
            self.trunk = stack.enter_context(Trunk(f"{self.work}/{port.name}.sock"))
            for vlan in port.vlans:
                namespace = stack.enter_context(Namespace(f"{self.prefix}-{port.name}-{vlan}"))
                mac = port.far_mac[:9] + f"{vlan >> 8:02x}:{vlan & 255:02x}:{port.slot:02x}"
                tap = namespace.tap("eth0", mac, offload=False)
                stack.callback(os.close, tap)
                self.trunk.join(vlan, tap)
                self.clients[f"{port.name}-{vlan}"] = Client(namespace, mac, self.work)
            return
        namespace = stack.enter_context(Namespace(f"{self.prefix}-{port.name}"))
        tap = namespace.tap("eth0", port.far_mac)
        stack.callback(os.close, tap)
        self.taps[port.name] = tap
        self.clients[port.name] = Client(namespace, port.far_mac, self.work)
        if port.kind == "internet":
            self.internet = stack.enter_context(Internet(namespace, self.work))

    def drain(self):
        """Throws away what was sent to a machine that was off."""
        for tap in self.taps.values():
            drain(tap)

    def __getitem__(self, name):
        """The client behind a port: `topology["office"]`, `topology["trunk-10"]`."""
        return self.clients[name]

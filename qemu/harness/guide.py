"""What the person at the terminal is told while the box runs: where its pages are and how to open them, and how to
be a PC on each port.
"""

import contextlib
import os
import sys
import threading

from . import forward, pages

# Between two looks whether the CRM answers by now: it does after the set-up.
_LOOK_SECONDS = 3


def stay(machine, world, office, authority):
    """Lets the box run until it ends or the person interrupts it; `authority` is None when no page answered."""
    with _forwarded(office) if authority else contextlib.nullcontext():
        _ports(world)
        ended = threading.Event()
        waits_for_crm = authority is not None and not say_crm(office, authority)
        if waits_for_crm:
            _say("the CRM's address is printed here once it answers this PC, which is after the set-up")
        while machine.running:
            ended.wait(_LOOK_SECONDS)
            if waits_for_crm:
                waits_for_crm = not say_crm(office, authority)
    _say("the machine ended")


def say_crm(office, authority):
    """Prints the CRM's address once it answers; whether it did."""
    answers = pages.healthy(office, "crm", authority)
    if answers:
        print(f"crm: {pages.URLS['crm']}", flush=True)
    return answers


@contextlib.contextmanager
def _forwarded(office):
    """Carries the host's browser to the box."""
    if os.environ.get("GATEHOUSE_DISPLAY"):
        _say(f"to open the pages as the PC on {office.name}, in another terminal, as root:\n"
             f"  qemu/browser {office.name}")
    try:
        carried = forward.Forward(office)
        carried.__enter__()
    except OSError as error:
        _say(f"the box's pages are not at hand for this host's browser: {error}")
        yield
        return
    lines = "".join(f"{address} {name}\\n" for address, name in forward.PLACES.items())
    _say(f"for this host's own browser, as root:\n  printf '{lines}' >>/etc/hosts\n"
         f"then trust http://{pages.host('admin')}/ca.crt once you have compared it with the fingerprint on the console")
    try:
        yield
    finally:
        carried.__exit__()


def _ports(world):
    for client in world.clients.values():
        if not client.lease and not (world.internet and client.namespace is world.internet.namespace):
            # A VLAN without DHCP is not a failure.
            with contextlib.suppress(TimeoutError):
                client.dhcp(3)
    _say("the box runs until Ctrl-C. To be a PC, in another terminal, as root:")
    for name, client in sorted(world.clients.items()):
        print(f"  ip netns exec {client.name} bash    # {_what(world, name)}", file=sys.stderr)


def _what(world, name):
    port = next((port for port in world.ports if port.name == name), None)
    if port is None:
        return f"a PC in VLAN {name.rsplit('-', 1)[-1]} of the trunk"
    return "the internet" if port.kind == "internet" else "a PC on this port"


def _say(text):
    print(f"\nqemu/boot: {text}", file=sys.stderr, flush=True)

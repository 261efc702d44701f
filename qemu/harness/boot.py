"""The command line behind `qemu/boot`: boots an image, checks the basics, reports.

Exit codes: 0 the box became ready and every check passed; 1 a check failed; 2 wrong arguments or
files; 3 the machine could not be started at all.
"""

import argparse
import os
import shutil
import sys
import tempfile
import threading
import time

from . import accel, children, console, disk, esp, guide, junit, pages, screen, snapshots, topology
from .machine import Machine
from .watch import Watch

_TCP_PORTS = (21, 22, 23, 25, 53, 80, 111, 139, 443, 445, 853, 2049, 3128, 3389, 5353, 5355, 8080, 8443)
# How long after ready DHCP and the provider's router may take.
_WAN_SECONDS = 60
# How long after ready the admin application may take to answer.
_PAGE_SECONDS = 60
_UDP_PORTS = (53, 67, 69, 123, 161, 323, 500, 547, 1900, 4500, 5353, 5355)


def main():
    """Runs `qemu/boot`; returns the exit code."""
    options = _options()
    children.stop_on_sigterm()
    report = junit.Report("qemu/boot")
    try:
        return _run(options, report)
    except topology.TopologyError as error:
        print(f"qemu/boot: the topology file cannot be used: {error}", file=sys.stderr)
        return 2
    except ValueError as error:
        print(f"qemu/boot: {error}", file=sys.stderr)
        return 2
    except junit.EssentialFailure as error:
        print(f"qemu/boot: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, children.Stopped):
        print("\nqemu/boot: stopped", file=sys.stderr)
        return 1 if report.failures or not report.cases else 0
    except (RuntimeError, OSError) as error:
        print(f"qemu/boot: {error}", file=sys.stderr)
        return 3
    finally:
        if options.junit:
            report.write(options.junit)


def _options():
    parser = argparse.ArgumentParser(prog="qemu/boot", description="Boots a Gatehouse image in QEMU.")
    parser.add_argument("image", help="an .img or .img.zst")
    parser.add_argument("--topology", help="ports and what is behind them (docs/ci.md)")
    parser.add_argument("--setup", help="gatehouse-setup.json for the ESP")
    parser.add_argument("--headless", action="store_true", help="no console; end after the checks")
    parser.add_argument("--junit", help="write a JUnit report")
    parser.add_argument("--log", help="write the serial console here")
    parser.add_argument("--snapshot", metavar="NAME", help="keep the ready machine and start from it next time")
    parser.add_argument("--timeout", type=float, default=240, help="seconds until it must be ready (240)")
    parser.add_argument("--memory", type=int, default=1024, help="MiB of RAM (1024)")
    parser.add_argument("--disk-size", default="8G", help="size of the disk (8G)")
    return parser.parse_args()


def _run(options, report):
    cache = os.environ.get("GATEHOUSE_CACHE") or tempfile.gettempdir()
    ports = topology.load(options.topology)
    # In the builder root /var/tmp is the cache: disk space, and short paths for sockets.
    with tempfile.TemporaryDirectory(prefix=f"gh{os.getpid()}-", dir="/var/tmp") as work:
        image = disk.unpacked(options.image, cache)
        kept = _kept(options, cache, image, ports)
        warm = bool(kept and kept.exists)
        if warm:
            kept.take(work)
        box = disk.Disk(image, f"{work}/disk.qcow2", options.disk_size)
        if options.setup and not warm:
            with esp.Esp(box) as files:
                files.copy_in(options.setup, "gatehouse-setup.json")
        echo = None if options.headless else console.echo_to_terminal()
        with topology.Topology(ports, work) as world:
            machine = Machine(box, world, work, accel.best(cache), options.memory, echo=echo)
            try:
                with machine:
                    authority = _check(machine, world, report, options, warm)
                    if kept and not warm and not report.failures:
                        _keep(machine, kept, work, options.snapshot)
                    if not options.headless:
                        guide.stay(machine, world, _office(world), authority)
                    elif authority and not guide.say_crm(_office(world), authority):
                        print("qemu/boot: the CRM does not answer this PC; before the set-up it answers nobody",
                              file=sys.stderr)
            finally:
                if options.log:
                    shutil.copyfile(machine.console_log, options.log)
    return 1 if report.failures else 0


def _kept(options, cache, image, ports):
    if not options.snapshot:
        return None
    setup = None
    if options.setup:
        with open(options.setup, "rb") as file:
            setup = file.read()
    return snapshots.Kept(cache, options.snapshot, image, setup, repr(ports), options.memory, options.disk_size)


def _keep(machine, kept, work, name):
    machine.qmp.command("stop")
    machine.save(name)
    machine.quit()
    kept.keep(work)
    machine.start(snapshot=name)
    machine.qmp.command("cont")


def _office(world):
    """The PC on the first LAN port, None without one."""
    return next((world[port.name] for port in world.ports if port.kind == "access" and port.plugged), None)


def _check(machine, world, report, options, warm):
    """Runs the checks; returns the certificate authority that the box's pages have, None without pages."""
    wan = next((port for port in world.ports if port.kind == "internet"), None)
    office, authority = _office(world), None
    kept_code, code = os.path.join(machine.work, "setup-code"), None
    watch = Watch(world[wan.name].namespace, wan.mac) if wan else None
    try:
        if watch:
            watch.__enter__()
        with report.case("boots", essential=True):
            machine.start(snapshot=options.snapshot if warm else None)
            if warm:
                machine.qmp.command("cont")
            else:
                ready = machine.console.wait_for(screen.READY, options.timeout)
        if options.setup and not warm:
            with report.case("setup file is in force"):
                if ready["settings"] != "confirmed":
                    raise AssertionError(f"the box has {ready['settings']} settings; its console says why")
        # A box that goes on from a snapshot draws no screen and has shown its WAN addresses long ago.
        if not warm:
            with report.case("console shows version and setup code"):
                code = _read_screen(machine.console)
                with open(kept_code, "w", encoding="ascii") as file:
                    file.write(code)
        else:
            with open(kept_code, encoding="ascii") as file:
                code = file.read()
        if code:
            print(f"setup code: {code}", flush=True)
        if office:
            name = office.name.partition("-")[2]
            with report.case(f"{name} gets an address"):
                lease = office.dhcp()
                print(f"qemu/boot: {name} has {lease['address']}/{lease['prefix']}", file=sys.stderr)
            with report.case("gateway resolves gatehouse.internal"):
                found = office.resolve("gatehouse.internal")
                if found != [office.lease["router"]]:
                    raise AssertionError(f"gatehouse.internal is {found}, the gateway {office.lease['router']}")
            with report.case("admin page answers, by the certificate authority on the console"):
                authority = _admin_page(office, machine.console, warm)
        if watch and not warm:
            with report.case("nothing answers on WAN"):
                _scan(world[wan.name], watch)
    finally:
        if watch:
            watch.__exit__()
    for name, seconds, problem, _ in report.cases:
        print(f"qemu/boot: {'FAILED' if problem else 'ok'}  {name}  ({seconds:.1f} s)"
              f"{': ' + problem if problem else ''}", file=sys.stderr)
    return authority


def _admin_page(office, console, warm):
    authority = pages.wait_authority(office, _PAGE_SECONDS)
    if not warm:
        shown = screen.fingerprint(console.wait_for(screen.FINGERPRINT, _PAGE_SECONDS))
        if shown != pages.fingerprint(authority):
            raise AssertionError(f"the console shows {shown}, the box gives out {pages.fingerprint(authority)}")
    pages.wait(office, "admin", authority, _PAGE_SECONDS)
    print(f"admin: {pages.URLS['admin']}", flush=True)
    return authority


def _read_screen(screen_console):
    screen_console.wait_for(screen.VERSION, 10)
    code = screen_console.wait_for(screen.SETUP_CODE, 10).group(1)
    for line in screen_console.text().splitlines():
        if line.strip().endswith("login:"):
            raise AssertionError(f"the console asks for a login: {line.strip()}")
    return code


def _scan(scanner, watch):
    """Asks common ports of every address that the box uses on WAN; each must stay silent."""
    deadline = time.monotonic() + _WAN_SECONDS
    while not (watch.v4() and watch.v6()):
        if time.monotonic() > deadline:
            raise AssertionError("the box shows no IPv4 and IPv6 address on WAN: nothing to scan")
        time.sleep(0.1)
    targets = watch.v4() + watch.v6()
    found, threads = [], []

    def ask(target, port, protocol):
        outcome = scanner.outcome(target, port, 1.5, protocol)
        if outcome != "silent":
            found.append(f"{protocol} {target} port {port} is {outcome}")

    for target in targets:
        for protocol, ports in (("tcp", _TCP_PORTS), ("udp", _UDP_PORTS)):
            threads += [threading.Thread(target=ask, args=(target, port, protocol)) for port in ports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if found:
        raise AssertionError("; ".join(sorted(found)))


if __name__ == "__main__":
    sys.exit(main())

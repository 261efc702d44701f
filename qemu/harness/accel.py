"""Finds out whether KVM works here, by trying it.

A device that opens proves nothing: on some hosts QEMU then fails or guests hang. A small machine
with the real one's processor and firmware must print its first byte within five seconds. The result
is kept until the host reboots.
"""

import os
import select
import subprocess

from . import children

CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd"
TRIAL_SECONDS = 5


def best(cache):
    """`kvm` where a trial works, else `tcg`."""
    if not os.path.exists("/dev/kvm"):
        return "tcg"
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        boot = file.read().strip()
    noted = os.path.join(cache, "accelerator")
    if os.path.exists(noted):
        with open(noted, encoding="ascii") as file:
            words = file.read().split()
        if len(words) == 2 and words[0] == boot:
            return words[1]
    result = "kvm" if _try_kvm() else "tcg"
    with open(noted, "w", encoding="ascii") as file:
        file.write(f"{boot} {result}\n")
    return result


def arguments(accelerator):
    """QEMU's arguments for an accelerator, with the processor that goes with it."""
    if accelerator == "kvm":
        return ["-accel", "kvm", "-cpu", "host"]
    return ["-accel", "tcg,thread=multi", "-cpu", "max"]


def _try_kvm():
    trial = children.start(
        ["qemu-system-x86_64", *arguments("kvm"), "-machine", "q35,smm=off,pflash0=code", "-m", 256,
         "-blockdev", f"driver=raw,node-name=code,read-only=on,file.driver=file,file.filename={CODE}",
         "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-smp", 2,
         "-chardev", "stdio,id=serial,signal=off", "-serial", "chardev:serial"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        ready, _, _ = select.select([trial.stdout], [], [], TRIAL_SECONDS)
        return bool(ready) and bool(os.read(trial.stdout.fileno(), 1))
    finally:
        children.end(trial)
        trial.stdout.close()

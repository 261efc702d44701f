"""The disk: partition table, ESP with systemd-boot and the kernel, slot A. Slot B stays empty.

docs/decisions/0001 fixes every number and name here.
"""

import os
import uuid

from .shell import BuildError, run

MIB = 1024 * 1024
FIRST = 16 * MIB
SPACE = uuid.UUID("9ebcd5b4-6b1d-4b4e-8c1c-6c0b6d7b1d11")
ESP_TYPE = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
SIZES = {"esp": 512 * MIB, "root-a": 1024 * MIB, "verity-a": 64 * MIB, "root-b": 1024 * MIB, "verity-b": 64 * MIB}

# Tells the kernel what the box is: its root, its consoles, no way around either.
HARDENING = (
    "lockdown=integrity slab_nomerge vsyscall=none randomize_kstack_offset=on "
    "panic=10 oops=panic quiet loglevel=4 systemd.show_status=no systemd.gpt_auto=no "
    "systemd.getty_auto=no systemd.swap=no systemd.crash_action=reboot"
)
PRODUCTION_ONLY = "systemd.import_credentials=no"


def command_line(board, root_hash, production):
    """The production line refuses credentials; the test line is the same but for that."""
    consoles = " ".join(f"console={console}" for console in board["consoles"])
    line = f"roothash={root_hash} {consoles} {HARDENING}"
    return f"{line} {PRODUCTION_ONLY}" if production else line


def make_uki(board, base, tree, initrd, root_hash, kernel, target, production):
    """One signed-later EFI program of kernel, initrd and command line."""
    run(
        "ukify", "build", "--efi-arch", board["efi"],
        "--stub", base / f"full/usr/lib/systemd/boot/efi/linux{board['efi']}.efi.stub",
        "--linux", base / f"full/boot/vmlinuz-{kernel}", "--initrd", initrd, "--uname", kernel,
        "--os-release", f"@{tree}/usr/lib/os-release",
        "--cmdline", command_line(board, root_hash, production), "--output", target,
    )


def make_esp(board, base, uki, version, work, epoch):
    """A FAT32 file system with systemd-boot, its settings and the kernel with three tries."""
    esp = work / "esp.vfat"
    tree = work / "esp"
    boot = base / f"full/usr/lib/systemd/boot/efi/systemd-boot{board['efi']}.efi"
    files = {
        f"EFI/BOOT/BOOT{board['efi'].upper()}.EFI": boot,
        f"EFI/systemd/systemd-boot{board['efi']}.efi": boot,
        f"EFI/Linux/gatehouse_{version}+3.efi": uki,
        "loader/loader.conf": work / "loader.conf",
    }
    (work / "loader.conf").write_text("timeout menu-disabled\neditor no\nauto-firmware no\nauto-entries no\n")
    for name, source in files.items():
        target = tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    for directory, _directories, names in os.walk(tree, topdown=False):
        for name in [*names, "."]:
            os.utime(os.path.join(directory, name), (epoch, epoch))
    esp.unlink(missing_ok=True)
    run("truncate", "-s", SIZES["esp"], esp)
    run("mkfs.vfat", "--invariant", "-F", "32", "-n", "ESP", "-i", "67617465", esp)
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "TZ": "UTC", "MTOOLS_SKIP_CHECK": "1"}
    for name in ("EFI", "loader"):
        run("mcopy", "-s", "-m", "-i", esp, tree / name, "::", env=environment)
    return esp


def partition_ids(root_hash):
    """The slot that holds the root is named by it; an empty slot by ids no root will ever have."""
    return {
        "esp": uuid.uuid5(SPACE, "esp"),
        "root-a": uuid.UUID(root_hash[:32]),
        "verity-a": uuid.UUID(root_hash[32:]),
        "root-b": uuid.uuid5(SPACE, "empty root-b"),
        "verity-b": uuid.uuid5(SPACE, "empty verity-b"),
    }


def make_disk(board, contents, root_hash, target):
    """Writes the image file; `contents` maps a partition's name to the file that goes into it."""
    ids = partition_ids(root_hash)
    types = {"esp": ESP_TYPE}
    for slot in ("a", "b"):
        types |= {f"root-{slot}": board["root_type"], f"verity-{slot}": board["verity_type"]}

    table = [f"label: gpt\nlabel-id: {uuid.uuid5(SPACE, 'disk')}\nsector-size: 512\nfirst-lba: {FIRST // 512}\n"]
    start = FIRST
    starts = {}
    for name, size in SIZES.items():
        starts[name] = start
        table.append(
            f'start={start // 512}, size={size // 512}, type={types[name]}, uuid={ids[name]}, name="{name}"\n'
        )
        start += size
    target.unlink(missing_ok=True)
    run("truncate", "-s", start + MIB, target)
    run("sfdisk", "--quiet", "--no-tell-kernel", target, input="".join(table).encode())
    for name, source in contents.items():
        if source.stat().st_size > SIZES[name]:
            raise BuildError(f"{name} needs {source.stat().st_size} bytes, its partition has {SIZES[name]}")
        run("dd", f"if={source}", f"of={target}", "bs=1M", f"seek={starts[name]}", "oflag=seek_bytes",
            "conv=notrunc,sparse", "status=none")

"""Looks for values on a raw disk, in every form in which a program may have written them down."""

import base64
import json
import os
import subprocess

from harness import children

# Shorter forms turn up in compressed data by chance.
_LEAST = 6
_BLOCK = 1 << 16
# Reads the disk's bytes and prints each needle that it meets, in hexadecimal. Perl makes one automaton of them all.
_SEARCH = r"""
open my $list, "<", $ARGV[0]; my @needles = map { chomp; quotemeta pack "H*", $_ } <$list>;
my $any = join "|", @needles; $any = qr/$any/; binmode STDIN; my ($kept, %seen) = ("");
while (read STDIN, my $piece, 1 << 24) {
    $kept .= $piece;
    while ($kept =~ /($any)/g) { $seen{unpack "H*", $1}++ }
    $kept = substr $kept, -4096 if length $kept > 4096;
}
print "$_\n" for keys %seen;
"""


def forms(value):
    """The bytes of a value by the name of the form."""
    whole = value if isinstance(value, bytes) else value.encode()
    found = {"bytes": whole, "hexadecimal": whole.hex().encode(), "HEXADECIMAL": whole.hex().upper().encode()}
    for at in range(3):
        text = _base64_within(whole, at)
        found[f"base64 at {at}"] = text
        found[f"base64url at {at}"] = text.translate(bytes.maketrans(b"+/", b"-_"))
    if isinstance(value, str):
        found["UTF-16LE"], found["UTF-16BE"] = value.encode("utf-16-le"), value.encode("utf-16-be")
        found["JSON"] = json.dumps(value)[1:-1].encode()
    return {name: form for name, form in found.items() if len(form) >= _LEAST}


def _base64_within(whole, at):
    """The part of the Base64 text that is the same whatever stands around, for each of the three places."""
    text = base64.b64encode(bytes(at) + whole)
    first = -(-at * 8 // 6)
    return text[first:(at + len(whole)) * 8 // 6]


def search(disk, values, work):
    """Which of `values` (a dict by what each is) are on the disk of a machine that is off: `{what: [form, …]}`."""
    raw, needles = os.path.join(work, "searched.raw"), os.path.join(work, "needles")
    wanted = {}
    for what, value in values.items():
        for name, form in forms(value).items():
            wanted.setdefault(form.hex(), (what, name))
    with open(needles, "w", encoding="ascii") as file:
        file.writelines(f"{needle}\n" for needle in wanted)
    children.run(["qemu-img", "convert", "-O", "raw", disk.path, raw], timeout=300)
    try:
        with subprocess.Popen(["perl", "-e", _SEARCH, needles], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reader:
            searched = _feed(raw, reader.stdin)
            reader.stdin.close()
            seen = reader.stdout.read().decode().split()
        assert reader.returncode == 0 and searched > 0, "the disk was not searched"
    finally:
        os.unlink(raw)
    found = {}
    for needle in seen:
        what, name = wanted[needle]
        found.setdefault(what, []).append(name)
    return found


def _feed(path, target):
    """Hands over all that is not zero; returns how many bytes that were."""
    fed, zeros = 0, bytes(_BLOCK)
    with open(path, "rb", buffering=0) as file:
        end, at = os.fstat(file.fileno()).st_size, 0
        while at < end:
            try:
                at = os.lseek(file.fileno(), at, os.SEEK_DATA)
            except OSError:
                break
            hole = os.lseek(file.fileno(), at, os.SEEK_HOLE)
            file.seek(at)
            while at < hole and (block := file.read(min(_BLOCK, hole - at))):
                at += len(block)
                if block != zeros[:len(block)]:
                    fed += len(block)
                    target.write(block)
    return fed

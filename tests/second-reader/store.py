"""Opens a sealed store, and reads an exported log, from the written format alone (docs/decisions/0002), sharing no code with
the program that wrote it.

A directory holds `keys`, `keys-copy`, `person-keys`, `person-keys-copy` as on the box, and `records`:
every part of every record, audit parts too, each as its length (u32) and its GHR1 bytes; the dump
may lie elsewhere.
"""

import base64
import hashlib
import hmac
import struct
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import argon2.low_level
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

HEAD, PERSON_KEYS, AUDIT = 1, 2, 4
KEK, TABLE, PERSON, SIGNING, LIVE_DIGEST, ERASED = 2, 3, 4, 5, 6, 9
PASSPHRASE, RECOVERY, MACHINE = 1, 2, 4
LAST_PART = 1 << 31
ZEROS = bytes(16)


class Damaged(Exception):
    """Bytes are not what the format says."""


def need(condition, what):
    if not condition:
        raise Damaged(what)


def label(x):
    return b"gatehouse/1 " + x.encode("ascii") + b"\0"


def expand(key, x):
    return HKDFExpand(SHA256(), 32, label(x)).derive(key)


def key_id(key):
    return expand(key, "key-id")[:16]


def gcm_open(key, nonce, sealed, aad, what):
    try:
        return AESGCM(key).decrypt(nonce, sealed, aad)
    except InvalidTag:
        raise Damaged(f"{what} does not open") from None


# Secrets


def passphrase_secret(text, salt, m, t, p, version):
    need(65_536 <= m <= 1_048_576 and 1 <= t <= 16 and 1 <= p <= 16, "Argon2 out of bounds")
    need(version == 0x13, "another version of Argon2")
    return argon2.low_level.hash_secret_raw(
        unicodedata.normalize("NFKC", text).strip().encode("utf-8"),
        salt, t, m, p, 32, argon2.low_level.Type.ID, version)


def recovery_secret(typed):
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    text = unicodedata.normalize("NFKC", typed).upper()
    text = text.translate(str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None}))
    need(len(text) == 35 and all(c in alphabet for c in text), "this is no recovery key")
    number = 0
    for c in text:
        number = number << 5 | alphabet.index(c)
    secret, checksum = (number >> 15).to_bytes(20, "big"), number & 0x7FFF
    expected = int.from_bytes(hashlib.sha256(label("recovery") + secret).digest()[:2], "big") >> 1
    need(checksum == expected, "the recovery key is mistyped")
    return secret


# Keys


@dataclass
class Slot:
    kind: int
    state: int
    slot_id: bytes
    argon: tuple
    salt: bytes
    commitment: bytes
    nonce: bytes
    sealed: bytes
    aad: bytes

    @classmethod
    def parse(cls, b):
        if b == bytes(192):
            return None
        need(b[:4] == b"GHU1" and b[6:8] == bytes(2) and b[156:] == bytes(36), "slot")
        need(b[4] in (1, 2, 3, 4) and b[5] in (1, 2), "kind or state of a slot")
        aad = b[:5] + b"\0" + b[6:96]
        return cls(b[4], b[5], b[8:24], struct.unpack(">4I", b[24:40]), b[40:56], b[64:96], b[96:108],
                   b[108:156], aad)

    def open(self, store, secret):
        """The master key, or None when the secret is another's."""
        u = hmac.digest(self.salt, secret, "sha256")  # HKDF-Extract
        if not hmac.compare_digest(expand(u, "slot-commit"), self.commitment):
            return None
        aad = label("slot") + store + self.aad
        return gcm_open(expand(u, "slot-wrap"), self.nonce, self.sealed, aad, "slot")


@dataclass
class Wrapped:
    kind: int
    table: int
    person: bytes
    key: bytes
    by: bytes
    nonce: bytes
    sealed: bytes
    generation: int
    aad: bytes

    @classmethod
    def parse(cls, b):
        need(b[:4] == b"GHK1" and b[5] == 1, "wrapped key")
        need(hashlib.sha256(b[:124]).digest()[:4] == b[124:], "wrapped key is damaged")
        kind, table, generation = b[4], int.from_bytes(b[6:8], "big"), int.from_bytes(b[116:124], "big")
        need(kind in (KEK, TABLE, PERSON, SIGNING, LIVE_DIGEST, ERASED), "kind of a wrapped key")
        need(kind not in (PERSON, ERASED) or generation == 0, "generation of a person's key")
        need(kind == TABLE or table == 0, "table of a wrapped key")
        need(kind in (PERSON, ERASED) or b[8:24] == ZEROS, "person of a wrapped key")
        return cls(kind, table, b[8:24], b[24:40], b[40:56], b[56:68], b[68:116], generation,
                   b[:56] + b[116:124])

    def open(self, store, keys):
        """The key itself; None for a tombstone."""
        need(self.by in keys, "the wrapping key is not known")
        plain = gcm_open(keys[self.by], self.nonce, self.sealed, label("key") + store + self.aad, "key")
        if self.kind == ERASED:
            need(plain == bytes(32), "a tombstone holds something")
            return None
        need(key_id(plain) == self.key, "a key's id is another's")
        return plain


def read_keys(directory):
    """The newer of the two files whose SHA-256 holds."""
    whole = []
    for name in ("keys", "keys-copy"):
        path = Path(directory, name)
        b = path.read_bytes() if path.exists() else b""
        if b[:4] != b"GHF1" or len(b) != 1 << 20:
            continue
        count = int.from_bytes(b[32:36], "big")
        end = 64 + 8 * 192 + count * 128
        if count <= 8_000 and hashlib.sha256(b[:end + 32]).digest() == b[end + 32:end + 64]:
            whole.append((int.from_bytes(b[8:16], "big"), b, end, count))
    need(whole, "neither key file is whole")
    generation, b, end, count = max(whole, key=lambda found: found[0])
    need(b[4:8] == bytes(4) and b[36:64] == bytes(28) and not any(b[end + 64:]), "key file")
    slots = [Slot.parse(b[64 + i * 192:][:192]) for i in range(8)]
    wrapped = [Wrapped.parse(b[64 + 8 * 192 + i * 128:][:128]) for i in range(count)]
    return generation, b[16:32], [s for s in slots if s], wrapped, b[:end], b[end:end + 32]


def read_person_slots(directory, store, keys):
    """Person's key id → (person, key or None when erased). A tombstone wins, else the slot that opens."""
    files = [Path(directory, name).read_bytes() for name in ("person-keys", "person-keys-copy")]
    people = {}
    for at in range(0, max(map(len, files)), 128):
        opened = []
        for b in (f[at:at + 128] for f in files):
            if len(b) == 128 and b != bytes(128):
                try:
                    slot = Wrapped.parse(b)
                    need(slot.kind in (PERSON, ERASED), "kind of a person's slot")
                    opened.append((slot, slot.open(store, keys)))
                except Damaged:
                    continue
        opened.sort(key=lambda found: found[0].kind != ERASED)
        for slot, key in opened[:1]:
            people[slot.key] = (slot.person, key)
    return people


# Records


@dataclass(frozen=True)
class Header:
    table: int
    record: bytes
    version: int
    part: int
    last: bool
    key: bytes


def parse_record(b):
    need(b[:4] == b"GHR1" and b[4] == 1 and b[5] == 0, "record")
    n = len(b) - 64 - 16
    need(n % 64 == 0 and 64 <= n <= 65_600, "length of a record")
    part = int.from_bytes(b[32:36], "big")
    header = Header(int.from_bytes(b[6:8], "big"), b[8:24], int.from_bytes(b[24:32], "big"),
                    part & (LAST_PART - 1), bool(part & LAST_PART), b[36:52])
    need(header.version > 0, "version 0")
    return header


def open_piece(key, store, b):
    plain = gcm_open(key, b[52:64], b[64:], label("record") + store + b[:52], "record")
    length = int.from_bytes(plain[:4], "big")
    need(len(plain) == (4 + length + 63) // 64 * 64 and not any(plain[4 + length:]), "padding")
    return plain[4:4 + length]


# Bodies


def integer(b, size):
    need(len(b) == size, "length of a number")
    return int.from_bytes(b, "big", signed=True)


def decimal(b):
    need(len(b) == 17, "length of a decimal")
    return {"mantissa": str(integer(b[:16], 16)), "scale": b[16]}


def value(kind, b):
    """A field's value as JSON would have it; bytes in hex."""
    match kind:
        case 1:
            text = b.decode("utf-8")
            need(unicodedata.is_normalized("NFC", text), "text is not NFC")
            return text
        case 2 | 6:
            return integer(b, 8)
        case 3:
            return decimal(b)
        case 4:
            need(len(b) == 20, "length of money")
            return decimal(b[:17]) | {"currency": b[17:].decode("ascii")}
        case 5:
            return integer(b, 4)
        case 7:
            need(len(b) == 4, "length of a choice")
            return int.from_bytes(b, "big")
        case 8:
            need(len(b) == 18, "length of a link")
            return {"table": int.from_bytes(b[:2], "big"), "id": b[2:].hex()}
        case 9:
            need(len(b) == 16, "length of a file's id")
            return b.hex()
        case 10:
            return elements(b)
        case 11:
            return b.hex()
        case 12:
            need(b in (b"\0", b"\1"), "yes or no")
            return b == b"\1"
    return {"type": kind, "bytes": b.hex()}


def elements(b):
    need(b, "a list without type")
    kind, at, found = b[0], 1, []
    while at < len(b):
        length = int.from_bytes(b[at:at + 2], "big")
        need(at + 2 + length <= len(b), "length in a list")
        found.append(value(kind, b[at + 2:at + 2 + length]))
        at += 2 + length
    return found


def body(b):
    need(len(b) >= 14, "a body that is too short")
    schema, reader, commit, prev = struct.unpack(">HHQH", b[:14])
    at, fields, former = 14, {}, 0
    while at < len(b):
        need(at + 7 <= len(b), "a field that is cut off")
        field, kind, length = struct.unpack(">IBH", b[at:at + 7])
        at += 7
        need(field > former and at + length <= len(b), "order or length of a field")
        fields[field] = value(kind, b[at:at + length])
        former, at = field, at + length
    return {"schema": schema, "reader": reader, "commit": commit, "prev": prev, "fields": fields}


def head_record(b):
    need(len(b) == 117, "length of the head record")
    names = ("seq", "hash", "digest", "parts", "seals", "epoch", "generation", "clean", "time", "keys")
    values = struct.unpack(">Q32s32sQQQIBQQ", b)
    return {n: v.hex() if isinstance(v, bytes) else v for n, v in zip(names, values, strict=True)}


# The store


class Store:
    """An opened store: `records` maps (table, id, version) to a body, None where it is dark; of audit
    records (table 4) to the list of their bodies. `damaged` names what is neither."""

    def __init__(self, directory, kind, secret_text, records=None):
        _, self.id, slots, wrapped, signed, mac = read_keys(directory)
        master = self._unlock(slots, kind, secret_text)
        need(hmac.compare_digest(hmac.digest(expand(master, "key-file"), signed, "sha256"), mac),
             "the key file is forged")
        keys = {key_id(master): master}
        for kind_first in (KEK, None):
            for w in wrapped:
                if kind_first is None or w.kind == kind_first:
                    need(w.kind not in (PERSON, ERASED), "a person's key in the key file")
                    keys[w.key] = w.open(self.id, keys)
        self.tables = {w.key: w.table for w in wrapped if w.kind == TABLE}
        self.people = read_person_slots(directory, self.id, keys)
        self.keys = keys | {k: key for k, (_, key) in self.people.items() if key}
        self.records, self.damaged = {}, []
        self._read(Path(records or Path(directory, "records")).read_bytes())

    def _unlock(self, slots, kind, text):
        for slot in slots:
            if slot.kind != kind:
                continue
            if kind == PASSPHRASE:
                secret = passphrase_secret(text, slot.salt, *slot.argon)
            else:
                secret = recovery_secret(text) if kind == RECOVERY else text
            master = slot.open(self.id, secret)
            if master:
                return master
        raise Damaged("no slot opens with this secret")

    def _read(self, dump):
        parts, at = {}, 0
        while at < len(dump):
            length = int.from_bytes(dump[at:at + 4], "big")
            b = dump[at + 4:at + 4 + length]
            need(len(b) == length, "the dump is cut off")
            header = parse_record(b)
            parts.setdefault((header.table, header.record, header.version), []).append((header, b))
            at += 4 + length
        for name, found in parts.items():
            try:
                self.records[name] = self._open(found)
            except Damaged as reason:
                self.damaged.append((name, str(reason)))

    def _open(self, found):
        found.sort(key=lambda part: part[0].part)
        need([h.part for h, _ in found] == list(range(len(found))), "parts are missing")
        need(found[-1][0].last, "its last part is missing")
        table = found[0][0].table
        if table != AUDIT:  # an entry holds several bodies, anything else one
            need([h.last for h, _ in found].index(True) == len(found) - 1, "a part after the last")
        bodies, pieces, dark = [], b"", False
        for header, b in found:
            if header.key in self.people and self.people[header.key][1] is None:
                dark = True
            else:
                need(header.key in self.keys, "its key is not known")
                need(header.key in self.people or self.tables.get(header.key) == table,
                     "it is sealed with another table's key")
                pieces += open_piece(self.keys[header.key], self.id, b)
            if header.last:
                bodies.append(None if dark else pieces)
                pieces, dark = b"", False
        if table == HEAD:
            return head_record(bodies[0])
        read = [None if b is None else body(b) for b in bodies]
        return read if table == AUDIT else read[0]


# The log


@dataclass
class Entry:
    seq: int
    mark: int
    extra: bytes
    time: int
    hash: bytes
    generation: int


@dataclass
class SignedHead:
    generation: int
    store: bytes
    seq: int
    hash: bytes
    key: bytes

    @classmethod
    def parse(cls, b):
        need(len(b) == 168 and b[:4] == b"GHH1", "head")
        try:
            Ed25519PublicKey.from_public_bytes(b[72:104]).verify(b[104:], label("head") + b[:104])
        except InvalidSignature:
            raise Damaged("a head is not signed by its key") from None
        return cls(int.from_bytes(b[4:8], "big"), b[8:24], int.from_bytes(b[24:32], "big"), b[40:72],
                   b[72:104])

    @classmethod
    def parse_line(cls, text):
        name, value = text.split()
        need(name == "gatehouse-head-1", "line of a head")
        return cls.parse(base64.urlsafe_b64decode(value))


EXTRA = {0: 0, 1: 32, 2: 16, 3: 12, 4: 96, 5: 16}


def read_frame(b, store, before, seq, generation):
    mark, p = struct.unpack(">HH", b[4:8])
    need(b[:4] == b"GHA1" and p <= 64 and mark in EXTRA, "frame")
    end = 56 + 32 * p
    need(len(b) == end + 2 + EXTRA[mark], "length of a frame")
    need(int.from_bytes(b[end:end + 2], "big") == EXTRA[mark], "length of a mark")
    need(int.from_bytes(b[8:16], "big") == seq and b[24:56] == before, f"entry {seq} does not follow")
    need((mark == 1) == (seq == 0), "place of the first mark")
    extra = b[end + 2:]
    if mark == 3:
        restored = int.from_bytes(extra[:4], "big")
        need(restored > generation, "a restore whose generation does not grow")
        generation = restored
    hashed = hashlib.sha256(label("entry") + store + b).digest()
    digests = [b[56 + 32 * i:][:32] for i in range(p)]
    return Entry(seq, mark, extra, int.from_bytes(b[16:24], "big"), hashed, generation), digests


def read_export(b):
    """All entries of an export from seq 0, with every part; each head in it is over the entry before."""
    need(b[:4] == b"GHX1" and b[20:28] == bytes(8) and b[28:60] == bytes(32), "export")
    store, at, entries, missing, key = b[4:20], 60, [], [], None
    covered = False
    while True:
        kind, length = struct.unpack(">BI", b[at:at + 5])
        item, at = b[at + 5:at + 5 + length], at + 5 + length
        need(len(item) == length, "an item that is cut off")
        if kind == 2:
            need(missing and hashlib.sha256(item).digest() == missing.pop(0), "a part is another's")
            continue
        need(not missing, "a part is not there")
        if kind == 1:
            last = entries[-1] if entries else Entry(-1, 0, b"", 0, bytes(32), 0)
            entry, missing = read_frame(item, store, last.hash, last.seq + 1, last.generation)
            entries.append(entry)
            key = entry.extra if entry.mark == 1 else key
            need(entry.mark != 4, "a new signing key")
            covered = False
        elif kind == 3:
            head, last = SignedHead.parse(item), entries[-1]
            need((head.store, head.seq, head.hash, head.generation, head.key) ==
                 (store, last.seq, last.hash, last.generation, key), "a head is not over its entry")
            covered = True
        else:
            need(kind == 0 and int.from_bytes(item, "big") == len(entries) and covered, "the end")
            need(at == len(b), "something after the end")
            return entries


def judge(entries, head):
    """What a head from outside is to this log: "on it", "lost" by a restore at or below it; else refused."""
    if head.seq < len(entries) and entries[head.seq].hash == head.hash:
        need(entries[head.seq].generation == head.generation, "generation of a head")
        return "on it"
    excused = [e for e in entries if e.mark == 3 and e.seq <= head.seq and e.generation > head.generation]
    need(excused, "a head that is not on the log")
    return "lost"

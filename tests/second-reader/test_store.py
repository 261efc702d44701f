"""The second reader against stores that are made here, from the format's text, one byte at a time."""

import hashlib
import hmac
import os
import struct

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import store
from store import Damaged, Store, expand, key_id, label

STORE = bytes(range(16))
PASSPHRASE = "  correct horse battery ﬁne staple "
PERSON = b"p" * 16
CONTACT = b"c" * 16


def wrap(kind, key, by, *, table=0, person=bytes(16), generation=1):
    front = b"GHK1" + bytes([kind, 1]) + table.to_bytes(2, "big") + person + key_id(key) + key_id(by)
    nonce, generation = os.urandom(12), generation.to_bytes(8, "big")
    plain = bytes(32) if kind == store.ERASED else key
    sealed = AESGCM(by).encrypt(nonce, plain, label("key") + STORE + front + generation)
    b = front + nonce + sealed + generation
    return b + hashlib.sha256(b).digest()[:4]


def slot(kind, secret, master, salt, argon):
    front = (b"GHU1" + bytes([kind, 1, 0, 0]) + os.urandom(16) + struct.pack(">4I", *argon) + salt
             + bytes(8))
    u, nonce = hmac.digest(salt, secret, "sha256"), os.urandom(12)
    front += expand(u, "slot-commit")
    aad = label("slot") + STORE + front[:5] + b"\0" + front[6:]
    return front + nonce + AESGCM(expand(u, "slot-wrap")).encrypt(nonce, master, aad) + bytes(36)


def key_file(generation, slots, wrapped, master):
    b = b"GHF1" + bytes(4) + struct.pack(">Q", generation) + STORE + struct.pack(">I", len(wrapped))
    b = b.ljust(64, b"\0") + b"".join(slots).ljust(8 * 192, b"\0") + b"".join(wrapped)
    b += hmac.digest(expand(master, "key-file"), b, "sha256")
    return (b + hashlib.sha256(b).digest()).ljust(1 << 20, b"\0")


def seal(key, table, record, plain, *, version=1, part=store.LAST_PART):
    head = b"GHR1\1\0" + struct.pack(">H16sQI", table, record, version, part) + key_id(key)
    nonce = os.urandom(12)
    padded = struct.pack(">I", len(plain)) + plain
    padded += bytes(-len(padded) % 64)
    b = head + nonce + AESGCM(key).encrypt(nonce, padded, label("record") + STORE + head)
    return struct.pack(">I", len(b)) + b


def body(*fields):
    b = struct.pack(">HHQH", 1, 1, 7, 0xFFFF)
    return b + b"".join(struct.pack(">IBH", i, kind, len(v)) + v for i, kind, v in fields)


FIELDS = [
    (1, 1, "王小明".encode()),
    (2, 2, (-5).to_bytes(8, "big", signed=True)),
    (3, 3, (-12345).to_bytes(16, "big", signed=True) + b"\2"),
    (4, 4, (99).to_bytes(16, "big") + b"\2CNY"),
    (5, 5, (-1).to_bytes(4, "big", signed=True)),
    (6, 10, b"\1" + b"\0\2ab" + b"\0\0"),
    (7, 12, b"\1"),
    (2**31, 200, b"\xfe"),
]


class Made:
    """A store with one contact of three parts, a former version of it, an audit entry and a head."""

    def __init__(self, directory):
        self.directory = directory
        m, kek, people, audit, heads, self.person = (os.urandom(32) for _ in range(6))
        self.m, self.people = m, people
        salt = os.urandom(16)
        normal = "correct horse battery fine staple"
        secret = store.argon2.low_level.hash_secret_raw(
            normal.encode(), salt, 1, 65_536, 1, 32, store.argon2.low_level.Type.ID, 0x13)
        recovery, self.salt = bytes(range(20)), salt
        self.slots = [slot(1, secret, m, salt, (65_536, 1, 1, 0x13)),
                      slot(2, recovery, m, os.urandom(16), (0, 0, 0, 0))]
        self.wrapped = [wrap(2, kek, m), wrap(3, people, kek, table=2), wrap(3, audit, kek, table=4),
                        wrap(3, heads, kek, table=1), wrap(5, os.urandom(32), kek)]
        self.write_keys(1)
        self.write_people(wrap(4, self.person, people, person=PERSON, generation=0))

        long = body((1, 1, b"x" * 12_000), *FIELDS[1:])
        pieces = [long[i:i + 5_116] for i in range(0, len(long), 5_116)]
        entry = (8).to_bytes(16, "big")
        self.parts = [
            seal(self.person, 16, CONTACT, body(*FIELDS), version=1),
            *(seal(self.person, 16, CONTACT, piece, version=2,
                   part=i | (store.LAST_PART if i == len(pieces) - 1 else 0))
              for i, piece in enumerate(pieces)),
            seal(audit, 4, entry, body((5, 7, bytes(4)))),
            seal(self.person, 4, entry, body((11, 1, b"why")), part=1 | store.LAST_PART),
            seal(heads, 1, bytes(16), bytes(117), version=9),
        ]
        self.write_records()

    def write_keys(self, generation, name="keys"):
        whole = key_file(generation, self.slots, self.wrapped, self.m)
        (self.directory / name).write_bytes(whole)

    def write_people(self, *slots, name="person-keys"):
        (self.directory / name).write_bytes(b"".join(slots).ljust(4096 * 128, b"\0"))

    def write_records(self):
        (self.directory / "records").write_bytes(b"".join(self.parts))


@pytest.fixture
def made(tmp_path):
    made = Made(tmp_path)
    (tmp_path / "person-keys-copy").write_bytes((tmp_path / "person-keys").read_bytes())
    return made


def test_every_value(made):
    opened = Store(made.directory, store.PASSPHRASE, PASSPHRASE)
    assert opened.damaged == []
    assert opened.records[(16, CONTACT, 1)]["fields"] == {
        1: "王小明", 2: -5, 3: {"mantissa": "-12345", "scale": 2},
        4: {"mantissa": "99", "scale": 2, "currency": "CNY"}, 5: -1, 6: ["ab", ""], 7: True,
        2**31: {"type": 200, "bytes": "fe"},
    }
    assert opened.records[(16, CONTACT, 2)]["fields"][1] == "x" * 12_000
    entry = opened.records[(4, (8).to_bytes(16, "big"), 1)]
    assert [e["fields"] for e in entry] == [{5: 0}, {11: "why"}]
    assert opened.records[(1, bytes(16), 9)]["seq"] == 0


def test_recovery_key(made):
    secret = bytes(range(20))
    number = int.from_bytes(secret, "big") << 15
    number |= int.from_bytes(hashlib.sha256(label("recovery") + secret).digest()[:2], "big") >> 1
    text = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[number >> 5 * i & 31] for i in reversed(range(35)))
    typed = "-".join(text[i:i + 5] for i in range(0, 35, 5)).lower().replace("0", "o").replace("1", "l")
    assert Store(made.directory, store.RECOVERY, typed).damaged == []
    wrong = ("Z" if text[0] != "Z" else "Y") + text[1:]
    with pytest.raises(Damaged, match="mistyped"):
        Store(made.directory, store.RECOVERY, wrong)


def test_a_wrong_passphrase(made):
    with pytest.raises(Damaged, match="no slot"):
        Store(made.directory, store.PASSPHRASE, PASSPHRASE + "s")


def test_the_newer_whole_key_file_is_taken(made):
    made.write_keys(2, "keys-copy")
    broken = bytearray((made.directory / "keys").read_bytes())
    broken[70] ^= 1
    (made.directory / "keys").write_bytes(broken)
    assert store.read_keys(made.directory)[0] == 2
    (made.directory / "keys-copy").write_bytes(broken)
    with pytest.raises(Damaged, match="neither"):
        Store(made.directory, store.PASSPHRASE, PASSPHRASE)


def test_an_erased_person_is_dark_and_not_damaged(made):
    made.write_people(wrap(9, made.person, made.people, person=PERSON, generation=0))
    opened = Store(made.directory, store.PASSPHRASE, PASSPHRASE)  # the copy still has the key
    assert opened.damaged == []
    assert opened.records[(16, CONTACT, 2)] is None
    bodies = opened.records[(4, (8).to_bytes(16, "big"), 1)]
    assert bodies[0]["fields"] == {5: 0} and bodies[1] is None


def test_the_slot_that_opens_mends_the_other(made):
    broken = bytearray((made.directory / "person-keys").read_bytes())
    broken[80] ^= 1
    (made.directory / "person-keys").write_bytes(broken)
    assert Store(made.directory, store.PASSPHRASE, PASSPHRASE).damaged == []
    (made.directory / "person-keys-copy").write_bytes(broken)
    assert len(Store(made.directory, store.PASSPHRASE, PASSPHRASE).damaged) == 3


def test_every_changed_byte_of_a_record_is_noticed(made):
    opened = Store(made.directory, store.PASSPHRASE, PASSPHRASE)
    part = made.parts[0][4:]
    for at in range(len(part)):
        changed = bytearray(part)
        changed[at] ^= 1
        with pytest.raises(Damaged):
            header = store.parse_record(bytes(changed))
            store.need(header.key in opened.keys, "key")
            store.open_piece(opened.keys[header.key], opened.id, bytes(changed))


def test_a_missing_part_is_named(made):
    for gone in (1, 2, 3):
        made.parts, kept = [p for i, p in enumerate(made.parts) if i != gone], made.parts
        made.write_records()
        opened = Store(made.directory, store.PASSPHRASE, PASSPHRASE)
        assert [name for name, _ in opened.damaged] == [(16, CONTACT, 2)]
        made.parts = kept

"""The sample store, made by the program, opens in the second reader: every planted value."""

from pathlib import Path

import pytest

import store
from store import Store

SAMPLE = Path(__file__).parent / "sample"
LIVING, ERASED = b"a living person.".hex(), b"an erased person"


def symbols(secret):
    """The recovery key as it is printed, by the text of the format."""
    checksum = store.hashlib.sha256(store.label("recovery") + secret).digest()
    bits = int.from_bytes(secret, "big") << 15 | int.from_bytes(checksum[:2], "big") >> 1
    return "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[bits >> 5 * i & 31] for i in reversed(range(35)))


@pytest.mark.parametrize("kind, secret", [
    (store.PASSPHRASE, " correct horse battery 王小明\n"),
    (store.RECOVERY, symbols(b"twenty bytes of zinc").lower()),
])
def test_every_value(kind, secret):
    opened = Store(SAMPLE, kind, secret)
    assert opened.id == b"the sample store"
    assert opened.damaged == []
    person = bytes.fromhex(LIVING)
    contact = opened.records.pop((16, person, 2))
    assert contact == {"schema": 1, "reader": 1, "commit": 1, "prev": 0xFFFF, "fields": {
        1: "王小明 <script>",
        2: -5,
        3: {"mantissa": str(-(1 << 100)), "scale": 9},
        4: {"mantissa": "12345", "scale": 2, "currency": "CNY"},
        5: -1,
        6: "备注 note " * 1_000,
        7: {"table": 17, "id": LIVING},
        8: -1,
        9: 3,
        10: LIVING,
        11: ["a", "乙"],
        12: "00ff",
        13: True,
        1 << 31: {"type": 200, "bytes": "fe"},
    }}
    assert opened.records.pop((16, person, 1))["fields"] == {1: "old"}
    assert opened.records.pop((16, ERASED, 1)) is None, "an erased person is dark"
    for version in (1, 2):  # before and after a new key of the table
        body = opened.records.pop((23, b"the organisation", version))
        assert body["fields"] == {1: f"organisation {version}"}
    entry = opened.records.pop((4, (1).to_bytes(16, "big"), 1))
    assert [body["fields"] for body in entry] == [{5: 1}, {11: "why"}]
    head = opened.records.pop((1, bytes(16), 2))
    assert head["seq"] == 1 and head["hash"] == last_entry().hex()
    assert opened.records == {}, "nothing that was not planted"


def items():
    export = (SAMPLE / "export").read_bytes()
    assert export[:4] == b"GHX1" and export[4:20] == b"the sample store" and not any(export[20:60])
    at = 60
    while at < len(export):
        length = int.from_bytes(export[at + 1:at + 5], "big")
        yield export[at], export[at + 5:at + 5 + length]
        at += 5 + length


def last_entry():
    """The hash of the last entry of the exported chain, each link checked."""
    before = bytes(32)
    for kind, item in items():
        if kind == 1:
            assert item[:4] == b"GHA1" and item[24:56] == before
            digests = item[56:56 + 32 * int.from_bytes(item[6:8], "big")]
            before = store.hashlib.sha256(store.label("entry") + b"the sample store" + item).digest()
        if kind == 2:
            assert store.hashlib.sha256(item).digest() == digests[:32]
            digests = digests[32:]
    return before


def test_the_exported_chain_and_its_head():
    from base64 import urlsafe_b64decode

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    found = list(items())
    assert [kind for kind, _ in found] == [1, 1, 2, 2, 3, 0]
    head = found[4][1]
    line = (SAMPLE / "head").read_text("ascii")
    assert line.startswith("gatehouse-head-1 ") and urlsafe_b64decode(line[17:]) == head
    assert head[:4] == b"GHH1" and head[8:24] == b"the sample store"
    assert head[40:72] == last_entry() and head[72:104] == found[0][1][58:90]
    Ed25519PublicKey.from_public_bytes(head[72:104]).verify(
        head[104:], store.label("head") + head[:104])

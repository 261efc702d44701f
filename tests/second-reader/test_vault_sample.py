"""A store that the vault made, engine and all, opens in the second reader from its dump."""

from pathlib import Path

import pytest

import store
from store import Store

SAMPLE = Path(__file__).parent / "vault-sample"
CONTACTS, ACCOUNTS, OUTBOX = 16, 7, 3


@pytest.mark.parametrize("kind, secret", [
    (store.PASSPHRASE, "correct horse battery 王小明"),
    (store.RECOVERY, (SAMPLE / "recovery-key").read_text("ascii")),
])
def test_every_value(kind, secret):
    opened = Store(SAMPLE / "store.1", kind, secret, SAMPLE / "records")
    assert opened.damaged == []

    contacts = {(record, version): body for (table, record, version), body in opened.records.items()
                if table == CONTACTS}
    person = next(iter(contacts))[0]
    assert contacts[(person, 1)]["fields"] == {1: "Anna"}
    assert contacts[(person, 2)]["fields"] == {1: "王小明 <script>", 6: "备注 note " * 1_000, 8: -1}
    assert len(contacts) == 2, "the erased contact is gone"
    accounts = [body for (table, _, _), body in opened.records.items() if table == ACCOUNTS]
    assert [body["fields"] for body in accounts] == [{1: "manager"}]

    # Each version names the entry that wrote it, and the entry the version.
    entries = {int.from_bytes(record, "big"): bodies
               for (table, record, _), bodies in opened.records.items() if table == store.AUDIT}
    for (record, version), body in contacts.items():
        common = entries[body["commit"]][0]["fields"]
        assert {"table": CONTACTS, "id": record.hex()} in common[7]
        assert common[8] == [version]
        digest = store.hashlib.sha256(b"".join(parts_of(CONTACTS, record, version))).hexdigest()
        assert common[9] == [digest]
    details = [detail for bodies in entries.values() for detail in bodies[1:]]
    assert None in details, "what was said of the erased person is dark"
    assert any(detail and detail["fields"].get(11) == "made" for detail in details)

    (head,) = [body for (table, _, _), body in opened.records.items() if table == store.HEAD]
    assert head["clean"] == 1 and head["seq"] == max(entries)
    (tombstone,) = [person for person, key in opened.people.values() if key is None]
    assert tombstone != person


def parts_of(table, record, version):
    dump, found = (SAMPLE / "records").read_bytes(), []
    while dump:
        length = int.from_bytes(dump[:4], "big")
        part, dump = dump[4:4 + length], dump[4 + length:]
        header = store.parse_record(part)
        if (header.table, header.record, header.version) == (table, record, version):
            found.append((header.part, part))
    return [part for _, part in sorted(found)]

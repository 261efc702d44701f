"""A store that was made of a copy opens in the second reader, and its log says so, once."""

from pathlib import Path

import pytest

import store
from store import SignedHead, Store

SAMPLE = Path(__file__).parent / "restored-sample"
CONTACTS, COPY = 16, 1_795_478_000_000


def head(name):
    return SignedHead.parse_line((SAMPLE / name).read_text("ascii"))


def export():
    return (SAMPLE / "export").read_bytes()


def test_every_value():
    opened = Store(SAMPLE / "store.1", store.PASSPHRASE, "correct horse battery 王小明", SAMPLE / "records")
    assert opened.damaged == []
    contacts = [body["fields"] for (table, _, _), body in opened.records.items() if table == CONTACTS]
    assert sorted(fields[1] for fields in contacts) == ["Anna", "Carla"]
    assert [person for person, key in opened.people.values() if key is None], "Bernd was erased"
    (record,) = [body for (table, _, _), body in opened.records.items() if table == store.HEAD]
    assert record["generation"] == head("head").generation


def test_the_log_goes_on_from_the_copy():
    entries = store.read_export(export())
    (mark,) = [entry for entry in entries if entry.mark == 3]
    assert int.from_bytes(mark.extra[4:], "big") == COPY
    assert mark.generation == head("head").generation > 0 == entries[mark.seq - 1].generation
    assert store.judge(entries, head("head")) == "on it"
    lost = head("lost-head")
    assert lost.generation == 0 and lost.seq > mark.seq and store.judge(entries, lost) == "lost"


def test_nothing_but_the_mark_excuses_what_was_lost():
    entries = store.read_export(export())
    for entry in entries:
        entry.mark = 0 if entry.mark == 3 else entry.mark
    with pytest.raises(store.Damaged):
        store.judge(entries, head("lost-head"))


def test_any_changed_byte_is_refused():
    honest = export()
    for at in range(len(honest)):
        changed = bytearray(honest)
        changed[at] ^= 1
        with pytest.raises((store.Damaged, store.struct.error)):
            read = store.read_export(bytes(changed))
            store.judge(read, head("head"))

"""The hand-written form of a header is the standard's, byte for byte."""

from __future__ import annotations

import hashlib
import json
import uuid

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from server.records import chain, numbers
from sync.roles import ROLES

ids = st.uuids()
ms = st.integers(0, 7_258_118_400_000 - 1)


@given(
    ids, st.integers(1, 2**53 - 1), ids, st.binary(min_size=32, max_size=32), ids,
    st.one_of(st.none(), st.uuids().map(lambda u: u.hex)), st.one_of(st.none(), st.lists(st.sampled_from(ROLES), unique=True).map(sorted)),
    st.sampled_from(["tablet", "page", "import", "system"]), ms, st.one_of(st.none(), st.integers(-(2**53) + 1, 2**53 - 1)),
)  # fmt: skip
def test_a_header_is_written_as_the_library_writes_it(ledger, seq, id_, digest, device, grant, role, origin, received, offset):
    class Row:
        pass

    row = Row()
    row.seq, row.id, row.digest, row.device, row.grant_id, row.origin = seq, id_, digest, device, grant, origin
    row.role = None if role is None else json.dumps(role, separators=(",", ":"))
    row.received_ms, row.offset_ms = received, offset
    fast, slow = chain.header_bytes_of(row, str(ledger)), rfc8785.dumps(chain.header_of(row, ledger))
    assert fast == slow
    assert chain.link(b"x" * 32, fast) == hashlib.sha256(b"x" * 32 + slow).digest()


@given(st.lists(st.integers(1, 60), max_size=80), st.integers(0, 80))
def test_runs_of_numbers_say_what_is_missing_whatever_order_they_come_in(arrived, cut):
    runs, clashes = numbers.add([], arrived[:cut])
    runs, more = numbers.add(runs, arrived[cut:])
    held = {n for first, last in runs for n in range(first, last + 1)}
    assert held == set(arrived)
    assert all(later[0] > earlier[1] + 1 for earlier, later in zip(runs, runs[1:], strict=False))
    gaps = {n for first, last in numbers.missing(runs) for n in range(first, last + 1)}
    assert gaps == set(range(1, max(arrived, default=0) + 1)) - set(arrived)
    assert (clashes | more) == {n for n in arrived if arrived.count(n) > 1}


def test_a_number_that_is_enormous_makes_one_run():
    runs, _ = numbers.add([(1, 3)], [2**53 - 1])
    assert numbers.missing(runs) == [[4, 2**53 - 2]]


def test_ids_are_written_in_lower_case():
    text = chain.header_bytes(str(uuid.UUID(int=10**37)), 1, uuid.UUID(int=0xABC), b"\xab" * 32, uuid.UUID(int=1), None, None, "tablet", 0, None)
    assert text == text.lower().replace(b"t00:00:00", b"T00:00:00")

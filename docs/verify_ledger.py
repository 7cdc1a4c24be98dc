#!/usr/bin/env python3
"""Check an exported Tidemark ledger. Needs Python 3.9 or later and nothing else, and shares no code with Tidemark.

    tidemark ledger export --home ID > ledger.jsonl
    python3 verify_ledger.py ledger.jsonl [SEQ:HASH ...]

Every line holds {"header", "submission", "hash"}. This program computes again, from row 1:

  digest = SHA-256 of the RFC 8785 form of the submission
  hash   = SHA-256 of the hash before it (32 zero bytes before row 1) followed by the RFC 8785 form of the header

and says which row is the first that does not agree. A SEQ:HASH that somebody wrote down earlier (a "head") must be found
on the chain. It ends with status 0 when everything agrees, else 1.

What this proves: since a head was written down by somebody outside, no row up to it was changed, removed, added or moved.
What it never proves: that an entry is true, or that a row which was never sent to the server did not happen. Whoever holds
the server and every head ever written down could make a new chain.
"""

import hashlib
import json
import sys
from decimal import Decimal

HEADER = {"v", "ledger", "seq", "id", "digest", "device", "grant_id", "role", "origin", "received_at", "offset_ms"}
ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def jcs(value):
    """The RFC 8785 form (JSON Canonicalization Scheme) of a JSON value, as text."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + "".join(ESCAPES.get(c) or ("\\u%04x" % ord(c) if c < " " else c) for c in value) + '"'
    if isinstance(value, int):
        return number(float(value)) if abs(value) > 2**53 - 1 else str(value)
    if isinstance(value, float):
        return number(value)
    if isinstance(value, list):
        return "[" + ",".join(jcs(item) for item in value) + "]"
    ordered = sorted(value.items(), key=lambda item: item[0].encode("utf-16-be"))
    return "{" + ",".join(jcs(name) + ":" + jcs(item) for name, item in ordered) + "}"


def number(value):
    """A double as ECMAScript writes it."""
    if value == 0:
        return "0"
    if value < 0:
        return "-" + number(-value)
    _, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text, point = "".join(map(str, digits)), len(digits) + exponent
    if len(text) <= point <= 21:
        return text + "0" * (point - len(text))
    if 0 < point <= 21:
        return text[:point] + "." + text[point:]
    if -6 < point <= 0:
        return "0." + "0" * -point + text
    mantissa = text if len(text) == 1 else text[0] + "." + text[1:]
    return mantissa + "e" + ("+" if point > 0 else "-") + str(abs(point - 1))


def check(lines, heads):
    """(rows that agree, rows whose submission was erased, last hash, what is wrong or None)."""
    previous, rows, erased, found = bytes(32), 0, 0, {}
    for line in lines:
        if not line.strip():
            continue
        expected = rows + 1
        try:
            row = json.loads(line)
            header, submission, stated = row["header"], row["submission"], row["hash"]
        except (ValueError, KeyError, TypeError) as error:
            return rows, erased, previous, "row %d cannot be read: %s" % (expected, error)
        if set(header) != HEADER:
            return rows, erased, previous, "row %d: its header has other members than it should" % expected
        if header["seq"] != expected:
            return rows, erased, previous, "row %d is missing: the next row says %s" % (expected, header["seq"])
        if submission is None:
            erased += 1
        elif "grant" in submission:
            return rows, erased, previous, "row %d holds a grant, which a ledger never keeps" % expected
        elif hashlib.sha256(jcs(submission).encode("utf-8")).hexdigest() != header["digest"]:
            return rows, erased, previous, "row %d: its submission is not the one that was written" % expected
        elif submission["id"].lower() != header["id"]:
            return rows, erased, previous, "row %d: its submission has another id than its header" % expected
        computed = hashlib.sha256(previous + jcs(header).encode("utf-8")).digest()
        if computed.hex() != stated:
            return rows, erased, previous, "row %d: its hash does not follow from the row before it" % expected
        previous, rows = computed, expected
        found[expected] = stated
    for seq, hash_ in heads:
        if found.get(seq) != hash_:
            return rows, erased, previous, "head %d:%s is not on this chain" % (seq, hash_)
    return rows, erased, previous, None


def main(arguments):
    if not arguments:
        print(__doc__)
        return 2
    heads = [(int(seq), hash_) for seq, _, hash_ in (head.partition(":") for head in arguments[1:])]
    with open(arguments[0], encoding="utf-8") as lines:
        rows, erased, last, wrong = check(lines, heads)
    if wrong:
        print("Broken: %s. The %d rows before it agree." % (wrong, rows))
        return 1
    print("Whole: %d rows agree, %d of them erased under retention. Head %d:%s" % (rows, erased, rows, last.hex()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

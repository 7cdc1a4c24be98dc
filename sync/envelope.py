"""Judge one submission by itself: accept it, put it aside, or ask for it again later (protocol.md).

Everything here is decided from the submission alone. Its grant's signature, its device, its person's rights and the
reuse of its id are the intake's; what other records say is never a reason to refuse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sync import clock
from sync.canonical import NoCanonicalForm, body, canonical, chain_hash, digest, settled
from sync.fields import MAX_WHOLE, UUID, check_fields, name_of, plan_of, sentence, time_ms
from sync.kinds import Kind
from sync.kinds import kind as kind_named
from sync.messages import text
from sync.readable import bad_text, short, unreadable

__all__ = [
    "Judged", "OK", "QUARANTINED", "RETRY", "canonical", "chain_hash", "digest", "judge", "refused_by_role", "unreadable",
]  # fmt: skip

OK, RETRY, QUARANTINED = "ok", "retry", "quarantined"

AUTHOR_NAME_MAX = 80
AHEAD_MS_MAX = 60_000  # how far a chosen time may lie after the moment of saving

_HEX = frozenset("0123456789abcdef")
_MEMBERS = frozenset({
    "id", "record", "kind", "schema", "parents", "author", "grant", "occurred_at", "recorded_at", "offset_ms", "seen",
    "clock", "nonce", "number", "fields", "repairs", "author_name",
})  # fmt: skip


@dataclass(slots=True)
class Judged:
    """What judging found. Members after `canonical` hold only for status "ok" (`kind` also for "quarantined" where known)."""

    status: str
    #: As it was sent, to be echoed; None where there is no text that could be.
    id: str | None
    #: None where the submission has no RFC 8785 form.
    digest: str | None
    errors: dict[str, list[str]] = field(default_factory=dict)
    #: The RFC 8785 form without the grant: what the digest is of, and what the ledger keeps.
    canonical: bytes | None = None
    kind: Kind | None = None
    #: The whole parsed submission: ids in lower case, fields as they are kept.
    submission: dict[str, Any] | None = None
    #: True when it creates its record.
    creates: bool = False
    #: By the device's clock, in ms since 1970; `days.corrected_ms` adds the offset.
    occurred_ms: int = 0
    recorded_ms: int = 0
    #: `occurred_at` inside `fields`, where it is set.
    moved_ms: int | None = None
    offset_ms: int | None = None

    @property
    def ok(self) -> bool:
        return self.status == OK

    @property
    def fields(self) -> dict[str, Any]:
        return self.submission["fields"] if self.submission else {}


def judge(raw: Any, *, trusted: bool = False) -> Judged:
    """Judge one entry of a batch, whatever JSON it is; never raises.

    `trusted` is for what the server writes itself: it needs no grant.
    """
    shown = raw.get("id") if isinstance(raw, dict) else None
    if not isinstance(shown, str) or not shown or bad_text(shown):
        shown = None
    try:
        form, without_grant = settled(body(raw))
        found = Judged(QUARANTINED, shown, sha256(form).hexdigest(), canonical=form)
    except NoCanonicalForm:
        found = Judged(QUARANTINED, shown, None)
    if errors := unreadable(raw, len(found.canonical or b"")):
        found.errors = errors
        return found
    if without_grant is not raw and isinstance(raw, dict):
        # Judged is what the ledger will read back, so that a rebuild sees what this fold saw.
        raw = {**without_grant, "grant": raw["grant"]} if "grant" in raw else without_grant
    named, schema = raw.get("kind"), _whole(raw.get("schema"))
    if isinstance(named, str) and schema is not None:
        found.kind = kind_named(named)
        if found.kind is None or schema > found.kind.version:
            found.status = RETRY
            return found
    return _validate(raw, found, trusted)


def reread(submission: Mapping[str, Any]) -> dict[str, Any]:
    """An accepted submission from the ledger as judging had left it: ids in lower case, fields as they are kept.

    It refuses nothing: what was accepted under other rules is still read.
    """
    out = {name: submission.get(name) for name in _MEMBERS}
    for name in ("id", "record", "author", "repairs"):
        out[name] = _id(out[name]) or out[name]
    out["parents"] = [_id(parent) or parent for parent in out["parents"] or ()]
    kind = kind_named(out["kind"]) if isinstance(out["kind"], str) else None
    given = out["fields"] or {}
    out["fields"] = {**given, **check_fields(plan_of(kind.fields), given)[0]} if kind else dict(given)
    return out


def refused_by_role(judged: Judged, roles: Iterable[str]) -> dict[str, list[str]]:
    """What the roles inside the grant do not allow of an entry that came through sync; {} when they allow all of it."""
    kind, held = judged.kind, frozenset(roles)
    if kind is None:
        return {}
    if kind.writers is not None and not held & kind.writers:
        return {"kind": [text("refusals.server_only" if not kind.writers else "refusals.role")]}
    if judged.creates and kind.creators is not None and not held & kind.creators:
        return {"kind": [text("refusals.server_only")]}
    if kind.not_by_people is not None:
        return {name: [sentence("followers_only", name)] for name in kind.not_by_people(judged.fields)}
    return {}


def _whole(value: Any) -> int | None:
    """A whole number, also when it was written 1.0 (one RFC 8785 form, one meaning); None for anything else."""
    if type(value) is int:
        return value
    return int(value) if type(value) is float and value.is_integer() else None


def _id(value: Any) -> str | None:
    return value.lower() if isinstance(value, str) and UUID.fullmatch(value) else None


def _validate(raw: dict[str, Any], found: Judged, trusted: bool) -> Judged:
    errors, out = found.errors, {}

    for name in raw:
        if name not in _MEMBERS:
            errors[short(name)] = [sentence("unknown_member", short(name))]

    def need(name: str, value: Any, key: str) -> Any:
        """Keep a member, or say what is wrong with it: that it is missing, or `key`."""
        if value is None:
            errors[name] = [sentence("missing_member" if name not in raw else key, name)]
        out[name] = value
        return value

    identity = need("id", _id(raw.get("id")), "id")
    record = need("record", _id(raw.get("record")), "id")
    if not isinstance(raw.get("kind"), str):
        need("kind", None, "text")
    out["kind"] = raw.get("kind")
    schema = _whole(raw.get("schema"))
    need("schema", schema if schema is not None and schema >= 1 else None, "whole")

    parents = raw.get("parents")
    if isinstance(parents, list):
        parents = [_id(parent) for parent in parents]
    need("parents", parents if isinstance(parents, list) and None not in parents else None, "ids")

    repairs = raw.get("repairs")
    out["repairs"] = _id(repairs)
    if repairs is not None and out["repairs"] is None:
        errors["repairs"] = [sentence("id", "repairs")]

    _who(raw, out, errors, found.kind, trusted)

    for name in ("occurred_at", "recorded_at"):
        given = raw.get(name)
        at = time_ms(given) if isinstance(given, str) else None
        need(name, given if at is not None else None, "time")
        if name == "occurred_at":
            found.occurred_ms = at or 0
        else:
            found.recorded_ms = at or 0

    _counts(raw, out, errors)

    stamp = raw.get("clock")
    need("clock", stamp if isinstance(stamp, str) and clock.PATTERN.fullmatch(stamp) else None, "clock")
    nonce = raw.get("nonce")
    need("nonce", nonce if isinstance(nonce, str) and len(nonce) == 32 and _HEX.issuperset(nonce) else None, "nonce")

    given = raw.get("fields")
    if not isinstance(given, dict):
        need("fields", None, "no_fields")
    found.creates = record is not None and (record == identity or record == out["repairs"])
    if isinstance(given, dict) and found.kind is not None:
        out["fields"] = _fields(given, found, errors)
    _not_ahead(out, found, errors)

    if not errors:
        found.status = OK
        found.offset_ms = out["offset_ms"]
        found.submission = out
    return found


def _who(raw: Mapping[str, Any], out: dict[str, Any], errors: dict[str, list[str]], kind: Kind | None, trusted: bool) -> None:
    """The author with a grant, or nobody signed in and a typed name, which care kinds alone take."""
    author, grant, name = raw.get("author"), raw.get("grant"), raw.get("author_name")
    out["author"], out["grant"], out["author_name"] = _id(author), grant, name
    if "author" not in raw:
        errors["author"] = [sentence("missing_member", "author")]
    elif author is not None and out["author"] is None:
        errors["author"] = [sentence("id", "author")]
    if grant is not None and not isinstance(grant, str):
        errors["grant"] = [sentence("text", "grant")]
    if name is not None and not (isinstance(name, str) and 1 <= len(name.strip()) and len(name) <= AUTHOR_NAME_MAX):
        errors["author_name"] = [sentence("author_name", "author_name", most=AUTHOR_NAME_MAX)]
    if author is not None:
        if not grant and not trusted:
            errors.setdefault("grant", [text("refusals.no_grant")])
    elif "author" in raw:
        if grant is not None:
            errors.setdefault("author", [text("refusals.grant_without_author")])
        if name is None:
            errors["author_name"] = [sentence("missing_member", "author_name")]
        if kind is not None and not kind.care:
            errors.setdefault("author", [text("refusals.emergency_not_here")])


def _counts(raw: Mapping[str, Any], out: dict[str, Any], errors: dict[str, list[str]]) -> None:
    """`offset_ms` and `seen` are there and may be null; `number` counts from 1."""
    for name, lowest, nullable in (("offset_ms", -MAX_WHOLE, True), ("seen", 0, True), ("number", 1, False)):
        value = raw.get(name)
        out[name] = whole = _whole(value)
        if name not in raw:
            errors[name] = [sentence("missing_member", name)]
        elif (whole is None and not (nullable and value is None)) or (whole is not None and whole < lowest):
            errors[name] = [sentence("whole", name)]


def _fields(given: Mapping[str, Any], found: Judged, errors: dict[str, list[str]]) -> dict[str, Any]:
    """The kind's fields as they are kept; what is wrong with them goes into `errors`."""
    kind = found.kind
    assert kind is not None
    kept, wrong = check_fields(plan_of(kind.fields), given)
    for name, sentences in wrong.items():
        errors[short(name)] = sentences
    for name in kind.required:
        if (kept.get(name) is None and name not in wrong) and (found.creates or name in given):
            errors[name] = [sentence("required", name)]
    if kept.get("struck_out") is True and not (kept.get("correction_reason") or "").strip():
        errors.setdefault("correction_reason", [text("refusals.strike_needs_reason")])
    if kind.check is not None:
        for name, sentences in kind.check(kept, found.creates).items():
            if name not in wrong:
                errors.setdefault(name, sentences)
    return kept


def _not_ahead(out: Mapping[str, Any], found: Judged, errors: dict[str, list[str]]) -> None:
    """When it happened, in the envelope and in the fields, is at most a minute after it was saved."""
    moved = (out.get("fields") or {}).get("occurred_at")
    if moved is not None:
        found.moved_ms = time_ms(moved)
    if "recorded_at" in errors:
        return
    for at in (found.occurred_ms, found.moved_ms):
        if at is not None and at > found.recorded_ms + AHEAD_MS_MAX:
            errors.setdefault("occurred_at", [text("refusals.ahead", field=name_of("occurred_at"))])

"""What a grant proves about a submission (protocol.md, Access). Expiry never refuses; a wrong proof always does."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from server.people import grants
from server.people.store import Home
from sync import flags
from sync.days import corrected_ms
from sync.envelope import Judged, refused_by_role
from sync.messages import text

Errors = dict[str, list[str]]


@dataclass(frozen=True)
class Verdict:
    """What stands in the ledger about the proof, never the proof itself."""

    grant_id: str | None
    roles: tuple[str, ...]
    marks: tuple[str, ...]


# The fold itself says *unverified*, until somebody who may decide names the person.
EMERGENCY = Verdict(None, (), ())


def check(home: Home, device: uuid.UUID, judged: Judged, offset_ms: int | None) -> tuple[Verdict | None, Errors]:
    """The verdict on a submission that is fit in itself, or why it is set aside."""
    said = judged.submission
    if said["author"] is None:
        return EMERGENCY, {}
    grant = proven(home, device, said["author"], said["grant"])
    if grant is None:
        return None, {"grant": [text("problems.entry.grant_wrong")]}
    if refused := refused_by_role(judged, grant.roles):
        return None, refused
    late = corrected_ms(judged.recorded_ms, offset_ms) > grant.expires_ms
    return Verdict(grant.id, grant.roles, (flags.SIGN_IN_EXPIRED,) if late else ()), {}


def proven(home: Home, device: uuid.UUID, author: Any, text_: Any) -> grants.Grant | None:
    """What a grant says, where this home gave it to this device for this author; None for any other text, or none."""
    grant = grants.read_grant(home.secret, text_) if isinstance(text_, str) and isinstance(author, str) else None
    if grant is None or grant.home != home.uuid or grant.device != device or str(grant.person) != author.lower():
        return None
    return grant


def ended(revoked_ms: int | None, recorded_ms: int) -> Errors:
    """Why an entry recorded after its author's access ended is set aside; {} for one before it."""
    if revoked_ms is None or recorded_ms <= revoked_ms:
        return {}
    return {"author": [text("problems.entry.access_ended")]}

"""The safety words of another language, signed by a named bilingual clinician for one home.

Tablets show a language's stops, red flags and emergency words in English until the home holds such a signature of the very
version that they carry (care.md, Recording 11), and show the English beside it afterwards. It is a `threshold` record,
since it decides what people are told: never through sync, dated, in the ledger.
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import sync
from server.records import intake
from server.wire import rfc3339
from sync.messages import text

_WORDS = Path(sync.__file__).parent


def version_of(language: str) -> int | None:
    """Which version of a language's safety words the app carries; None where it has no such language."""
    found = _WORDS / f"messages.{language}.json"
    if not language.isalpha() or not found.is_file():
        return None
    return json.loads(found.read_text(encoding="utf-8"))["safety_version"]


def sign(home_id: int, language: str, version: int, signed_by: str, *, now_ms: int) -> bool:
    """Record the signature of this version; whether it was accepted."""
    record = uuid.uuid4()
    fields = {
        "name": f"words.safety_{language}", "value": {"version": version, "signed_by": signed_by}, "unit_or_person": "",
        "from": rfc3339(now_ms), "reason": text("cli.translation.reason"),
    }  # fmt: skip
    stated = intake.Statement(id=record, record=record, kind="threshold", fields=fields, occurred_ms=now_ms)
    (result,) = intake.write(home_id, [stated], now_ms=now_ms)
    return result.status == "accepted"

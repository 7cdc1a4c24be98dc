"""What a home is set up with, as data: its people, their hydration plans, its cups, its staff and its dependency scores.

Written on the forms of what is filed by hand (`filed_forms.py`), and changed the same way: nothing is overwritten, and a
change says why. The words stand under `pages.filed.<kind>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from server.pages.filed_forms import CLOCK, DAY, LINE, ONE, PERSON, PHOTO, ROLES_HELD, STAFF, TIME, WHOLE, WORDS, YES_NO, Asked, Filed
from sync.kinds.hydration_check import DRUNK_ML_MAX
from sync.kinds.resident import BASES
from sync.roles import ROLES
from sync.thresholds import THRESHOLDS

BACK = "/set-up"
_TARGET, _EVERY = THRESHOLDS["hydration.target_female_ml"], THRESHOLDS["hydration.due_minutes"]
#: IDDSI framework 2019: drinks are level 0 (thin) to 4 (extremely thick).
LEVELS = ("0", "1", "2", "3", "4")

#: Asked on a page of its own: a photo is chosen there, and why it may be kept.
_OF_A_PHOTO = (Asked("photo_basis", ONE, codes=BASES), Asked("photo_agreed_with", LINE), Asked("photo_agreed_on", DAY))

_ALL = (
    Filed(
        "resident", "/set-up/residents", "records.see", "set_up.change",
        (Asked("preferred_name", LINE), Asked("unit", LINE), Asked("room", LINE, must=False), Asked("born", DAY, must=False, past=True),
         Asked("sex", ONE, must=False, codes=("female", "male")), Asked("key_worker", STAFF, must=False), Asked("name_alert", LINE, must=False),
         Asked("communication_needs", WORDS, must=False), Asked("left_on", DAY, must=False)),
        ("preferred_name", "unit", "room"), standing=True, back=BACK, beside=(Asked("photo", PHOTO), *_OF_A_PHOTO),
    ),
    Filed(
        "hydration_plan", "/set-up/plans", "records.see", "set_up.change",
        (Asked("resident", PERSON), Asked("monitoring", YES_NO), Asked("monitoring_reason", LINE, must=False),
         Asked("monitored_from", TIME, must=False), Asked("at_risk", YES_NO),
         Asked("target_ml", WHOLE, must=False, least=_TARGET.low, most=_TARGET.high, unit="ml"),
         Asked("limit_ml", WHOLE, must=False, least=1, most=_TARGET.high, unit="ml"),
         Asked("basis", ONE, must=False, codes=("care_plan", "clinician")),
         Asked("check_every_minutes", WHOLE, must=False, least=_EVERY.low, most=_EVERY.high, unit="minutes"),
         Asked("wakes_at", CLOCK, must=False), Asked("sleeps_at", CLOCK, must=False),
         Asked("iddsi_level", ONE, codes=LEVELS, numbered=True), Asked("route", ONE, must=False, codes=("oral", "peg", "nasogastric")),
         Asked("nil_by_mouth_from", TIME, must=False, future=True), Asked("nil_by_mouth_until", TIME, must=False, future=True),
         Asked("end_of_life_from", DAY, must=False), Asked("preferences", WORDS, must=False), Asked("support", LINE, must=False),
         Asked("source_document", LINE), Asked("checked_by", LINE), Asked("review_on", DAY, future=True)),
        ("resident", "monitoring", "target_ml", "limit_ml", "iddsi_level"), standing=True, back=BACK,
    ),
    Filed(
        "vessel", "/set-up/cups", "records.see", "set_up.change",
        (Asked("name", LINE), Asked("ml", WHOLE, least=1, most=DRUNK_ML_MAX, unit="ml"), Asked("drink_default", LINE),
         Asked("route", ONE, must=False, codes=("peg", "nasogastric")), Asked("retired", YES_NO, must=False)),
        ("name", "ml", "drink_default"), standing=True, back=BACK,
    ),
    Filed(
        "staff_member", "/set-up/staff", "people.see", "people.change",
        (Asked("name", LINE), Asked("roles", ROLES_HELD, codes=ROLES), Asked("agency", LINE, must=False),
         Asked("valid_until", DAY, must=False, future=True)),
        ("name", "roles"), standing=True, strikes=False, back="/staff",
    ),
    Filed(
        "dependency_score", "/set-up/dependency", "records.see", "dependency.change",
        (Asked("resident", PERSON), Asked("tool", LINE), Asked("tool_version", LINE, must=False), Asked("score", LINE),
         Asked("hours_required", WHOLE, must=False, least=1, most=24, unit="hours"), Asked("scored_on", DAY), Asked("judgement", WORDS, must=False)),
        ("resident", "score", "scored_on"), back=BACK,
    ),
)  # fmt: skip

SET_UP: Mapping[str, Filed] = {each.kind: each for each in _ALL}
#: The same record by the form that its photo has.
PHOTO_OF = replace(SET_UP["resident"], asked=_OF_A_PHOTO, beside=())

"""Who is planned to work when, where and as what."""

from __future__ import annotations

from sync.fields import Ref, Text, Time, schema_of
from sync.kinds import RECENT, Kind
from sync.roles import PLANNERS_OF_ROTA

FIELDS = schema_of(
    "rota_shift",
    {"staff": Ref(), "shift": Text(), "unit": Text(), "role": Text(), "from": Time(), "to": Time()},
)

KIND = Kind(
    name="rota_shift",
    fields=FIELDS,
    writers=PLANNERS_OF_ROTA,
    holds=RECENT,
    subject="staff",
    refers=("staff",),
    dated_by="from",
)

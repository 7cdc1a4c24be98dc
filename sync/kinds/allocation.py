"""Who works where on a shift, and why: written before care starts, changed when needs change."""

from __future__ import annotations

from sync import days, flags
from sync.fields import Open, Text, refs, schema_of
from sync.kinds import ALWAYS, Kind
from sync.record import Folded

#: Who works where, and why: what the shift was planned as.
THE_PLAN = frozenset({"shift", "unit", "staff", "dependency", "routines", "pressure_points", "rationale"})

FIELDS = schema_of(
    "allocation",
    {
        "shift": Text(),
        "unit": Text(),
        "staff": refs(),
        "dependency": Open(),
        "routines": Open(),
        "pressure_points": Open(),
        "rationale": Text(),
        "changed_because": Text(),
        "senior_oversight": Open(),
    },
    care=True,
)

def unexplained(found: Folded, zone: str) -> tuple[str, ...]:
    """Marked where somebody planned or changed it once its shift had begun, and did not say why.

    The app asks for it; an older one does not, and what such a tablet wrote down is kept and marked, never set aside.
    """
    try:
        begins = days.to_ms(days.shift_bounds(str(found.values.get("shift")), zone)[0])
    except ValueError:
        return ()
    late = [row for row in found.rows if row.kind == found.kind and row.recorded_ms >= begins and not THE_PLAN.isdisjoint(row.fields)]
    silent = any(not (row.fields.get("changed_because") or row.fields.get("correction_reason")) for row in late)
    return (flags.NO_REASON,) if silent else ()


KIND = Kind(
    name="allocation",
    fields=FIELDS,
    required=frozenset({"shift", "unit", "rationale"}),
    care=True,
    holds=ALWAYS,
    refers=("performed_by",),
    marks_in=unexplained,
)

"""How long an alert may stay with somebody before it goes back to the ladder (care.md, Alerts 8; alerts.md, 1).

Owning is a duty of care, and no silence: whoever takes an alert on closes it, pauses it or hands it over. Counted is
from when the server heard of it, because a tablet's clock may be wrong and nobody waits for a tablet that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sync.kinds.alert import ACKNOWLEDGED, OPENED, SNOOZED
from sync.roles import DEPUTY_MANAGER, DUTY_MANAGER, REGISTERED_MANAGER
from sync.severities import CRITICAL, URGENT
from sync.thresholds import Values, read_day_or_time

# The longest pause that anybody may ask for; after it, the alert is open again.
LONGEST_PAUSE = timedelta(hours=2)
# Who hears of an alert that was handed over and not taken: whoever of the first two is signed on, else the last.
ON_CALL = (DUTY_MANAGER, DEPUTY_MANAGER, REGISTERED_MANAGER)

_MOVES = frozenset({"status", "owner", "given_to", "snooze_until"})


def last_word(change: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The row of an alert's history in which a person last said whose it is; None where nobody has said anything."""
    rows = change.get("history") or ()
    heard = [row for row in rows if row.get("origin") != "system" and not _MOVES.isdisjoint(row.get("fields") or ())]
    return max(heard, key=lambda row: row["seq"], default=None)


def said_at(change: Mapping[str, Any]) -> datetime | None:
    """When the server heard a person's last word about whose an alert is; None where nobody has said anything."""
    last = last_word(change)
    return read_day_or_time(last["received_at"]) if last else None


def back_at(change: Mapping[str, Any], values: Values) -> datetime | None:
    """When an alert (its wire form) goes back to the ladder by itself: its owner has not closed it, its pause is over, or
    whoever it was given to has not taken it. None where the ladder has it already, or never had it."""
    fields, since = change["fields"], said_at(change)
    if since is None:
        return None
    status, grave = fields.get("status"), fields.get("severity") in (URGENT, CRITICAL)
    if status == ACKNOWLEDGED and fields.get("told"):
        name = "alerts.own_urgent_minutes" if grave else "alerts.own_minutes"
        return since + timedelta(minutes=values.value(name, at=since))
    if status == SNOOZED and fields.get("severity") != CRITICAL:
        until = read_day_or_time(fields.get("snooze_until")) or since
        return min(until, since + LONGEST_PAUSE)
    if status == OPENED and fields.get("given_to"):
        return since + timedelta(minutes=values.value("alerts.accept_minutes", at=since))
    return None

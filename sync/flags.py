"""What an accepted entry can be marked with. Nothing here refuses anything: a flag asks a person to look.

The names are protocol.md's own words, as they travel in a change's `flags`.
"""

from __future__ import annotations

from sync import clock

# From the entry itself and how it arrived.
UNVERIFIED = "unverified"  # a typed name, until a senior carer or above says who it was
TIME_IN_DOUBT = "time in doubt"  # the tablet did not know how wrong its clock was
CLOCK_CORRECTED = "clock corrected"  # the tablet's clock was well out, and it knew by how much
TIME_NOT_PROVEN = "time not proven"  # the server's own bounds contradict the time it was saved
SIGN_IN_EXPIRED = "sign-in had expired"
ACCEPTED_AS_IT_STANDS = "accepted as it stands"  # it had been set aside, and a manager let it enter

# From the record's own rows.
WAITING = "waiting"  # a difference that a row still on its way may settle
UNKNOWN_PARENT = "unknown parent"
OTHER_KIND = "another kind"  # a row that calls the record something else than its creator did
NO_REASON = "no reason given"  # a correction without `correction_reason`
STAYS = "names another person"  # it would move a plan to somebody else: it stays with whom it was made for
DECIDES_NOTHING = "decides nothing"  # a decision about a suspected double whose author may not decide

# From other records: computed whenever the record is shown or folded, gone when the missing thing arrives.
UNKNOWN_PERSON = "unknown person"
UNKNOWN_RECORD = "unknown record"
LEFT = "person has left"
ABOVE_VESSEL = "more than the vessel holds"
ABOVE_LIMIT = "above the limit in the plan"
SUSPECTED_DOUBLE = "suspected_double"  # the same drink may be written down twice, until somebody decides


def of_clock(offset_ms: int | None) -> tuple[str, ...]:
    """What an entry is marked with for its tablet's clock; `offset_ms` is None where the tablet did not know its error."""
    if offset_ms is None:
        return (TIME_IN_DOUBT,)
    return (CLOCK_CORRECTED,) if abs(offset_ms) > clock.OFF_MS else ()

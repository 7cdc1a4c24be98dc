"""A number to call in an emergency: the unit's own phone, the on-call manager's, the provider's. Never a person's name.

Never through sync: whom a worried colleague calls is set on a page, by name. Tablets show it without a PIN.
"""

from __future__ import annotations

from sync.fields import Code, Text, schema_of
from sync.kinds import ALWAYS, Kind

#: Whose phone it is, in the order in which they are shown. Only a unit's names its `unit`.
UNIT, ON_CALL, PROVIDER = WHOSE = ("unit", "on_call", "provider")

FIELDS = schema_of("call_number", {"whose": Code(*WHOSE), "unit": Text(), "number": Text()})

KIND = Kind(name="call_number", fields=FIELDS, required=frozenset({"whose"}), writers=frozenset(), holds=ALWAYS)

"""A home and its first manager, who sets up everything else on the pages."""

from __future__ import annotations

import uuid

from server.people import signin, store
from server.records import intake
from sync import days, roles


def found(name: str, provider: str, manager: str, email: str, *, now_ms: int) -> tuple[store.Home, str]:
    """The home and its manager's password. The home starts on its care day of now."""
    today = days.care_day(days.from_ms(now_ms), days.LONDON)
    number = store.provider_named(provider) or store.create_provider(provider)
    home = store.create_home(name, provider_id=number, started_on=today.isoformat(), now_ms=now_ms)
    id_, password = uuid.uuid4(), signin.fresh_password()
    fields = {"name": manager, "roles": [roles.REGISTERED_MANAGER]}
    results = intake.write(
        home.id, [intake.Statement(record=id_, id=id_, kind="staff_member", fields=fields, occurred_ms=now_ms, author=None)], now_ms=now_ms
    )
    if results[0].status != "accepted":
        raise ValueError(f"the first manager was refused: {results[0].errors}")
    store.create_account(home.id, email, password, id_, now_ms=now_ms)
    return home, password

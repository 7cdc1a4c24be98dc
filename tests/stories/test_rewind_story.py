"""After a restore, tablets send again what the server had lost: it is all on the record, and nobody is called about yesterday."""

from __future__ import annotations

import pytest

from server.records import backup
from tests.harness.alerted import HOUR, MINUTE, SECOND
from tests.harness.apps import rfc3339

RED_FLAG = "hydration.red_flag"


@pytest.mark.parametrize(("hours", "calls"), [(25, 0), (1, 1)])
def test_a_choke_that_a_tablet_sends_again_is_listed_and_calls_somebody_only_within_a_day(alerted, clock_at, tmp_path, hours, calls):
    ten, home, app = clock_at(10), alerted.home, alerted.home.house.app
    ama, phone = home.staff("Ama Mensah", ["senior_carer"]), alerted.phone("Ama's phone")
    alerted.sign_on(ama, "senior_carer", phone, ten - 30 * MINUTE, "Willow")
    joan = home.resident("Joan Whitcombe", unit="Willow", room="14")
    alerted.at(ten)
    file = tmp_path / "kept.zip"
    with app.app_context():
        backup.make(app.extensions["tidemark"], file, now_ms=ten)
    tablet, then = phone.tablet, ten - hours * HOUR
    tablet.unlock(ama)
    choke = tablet.statement(
        "hydration_check", {"resident": str(joan), "outcome": "drank", "drunk_ml": 40, "red_flags": ["choking"]},
        occurred_at=rfc3339(then - 30 * SECOND), recorded_at=rfc3339(then),
    )  # fmt: skip
    tablet.sync([choke])
    with app.app_context():
        backup.restore(app.extensions["tidemark"], file, overwrite=True, now_ms=ten + MINUTE)
    assert "rewound" in tablet.sync([])
    assert tablet.sync([choke], cursor=None)["results"][0]["status"] == "accepted"
    alerted.at(ten + 2 * MINUTE)
    (alert,) = [each for each in alerted.alerts() if each["rule"] == RED_FLAG]
    assert alert["status"] == "open" and alert["care_day"] and bool(alert.get("told")) == bool(calls)
    about = [message for message in alerted.service.messages(phone.made) if message.json["alert"] == str(alert["id"])]
    assert len(about) == calls

"""The timeline that an inspector asks for: every event of an alert by both clocks, the same on the page and in the file."""

from __future__ import annotations

import csv
import io
import uuid

from server.pages import timeline
from server.pages.timeline import Event
from server.records import intake
from tests.harness.alerted import MINUTE, SECOND
from tests.harness.apps import rfc3339
from tests.harness.visitor import Visitor
from tests.stories.test_alert_story import cast, choke, ten  # noqa: F401 (fixtures)


def test_from_breach_to_outcome_by_both_clocks_with_the_offline_gap_and_who_was_on_duty(alerted, cast, ten):  # noqa: F811
    alert = choke(alerted, cast, ten)
    (message,) = alerted.service.messages(cast["ama_phone"].made)
    said = [{"message": message.json["id"], "event": "shown", "at": rfc3339(ten + 5 * SECOND)}]
    cast["ama_phone"].tablet.client.post("/api/v1/push/receipts", json=said, headers=cast["ama_phone"].tablet.auth)
    alerted.at(ten + 21 * MINUTE)
    # Ama took it at a tablet without a connection, three minutes before the server heard of it.
    taken = {"status": "acknowledged", "owner": str(cast["ama"].id)}
    alerted.write(
        intake.Statement(record=alert, kind="alert", fields=taken, occurred_ms=ten + 22 * MINUTE, author=cast["ama"].id), ten + 25 * MINUTE
    )
    decided = {"resident": str(cast["joan"]), "alert": str(alert), "decision": "GP called", "decided_at": rfc3339(ten + 30 * MINUTE)}
    id_ = uuid.uuid4()
    alerted.write(
        intake.Statement(record=id_, id=id_, kind="escalation", fields=decided, occurred_ms=ten + 30 * MINUTE, author=cast["ama"].id),
        ten + 30 * MINUTE,
    )
    alerted.at(ten + 30 * MINUTE)
    helen = Visitor.manager(alerted.home, ["registered_manager"], "Helen Marsh")
    page = helen.open(f"/alerts/{alert}/timeline")
    for words in ("It happened", "First shown on a device", "22 minutes after", "Decision: GP called", "Passed on: step 2",
                  "Arrived 3 minutes later", "On duty when it opened", "Priya Shah", "Ama Mensah"):  # fmt: skip
        assert words in page.text, words
    assert f"/alerts/{alert}/timeline" in helen.open(f"/alerts/{alert}").html
    file = helen.open(f"/alerts/{alert}/timeline.csv")
    assert file.headers["Content-Type"].startswith("text/csv") and "Joan" not in file.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(file.html.lstrip("\ufeff"))))
    assert len(rows) == page.html.count("nhsuk-table__row") - 2 - 5, "one source: the file has a row for every event of the page"
    (gap,) = [row for row in rows if row["offline_gap_seconds"] == "180"]
    assert gap["event"] == "Status: Somebody is dealing with it" and gap["who"] == "Ama Mensah"
    (shown,) = [row for row in rows if row["event"] == "Shown on the device"]
    assert shown["channel"] == "Notification" and shown["device_clock"] != shown["server_clock"]
    assert [row["server_clock"] for row in rows] == sorted(row["server_clock"] for row in rows)
    assert helen.open(f"/alerts/{uuid.uuid4()}/timeline").status == 404
    stranger = Visitor.manager(alerted.home.house.home("Otherfield"), ["registered_manager"], "Ann Other")
    assert stranger.open(f"/alerts/{alert}/timeline.csv").status == 404


def test_what_a_spreadsheet_would_take_for_a_formula_is_text_in_the_file():
    said = timeline.as_csv([Event(0, '=HYPERLINK("http://x")', who="+44", role="@x", late_ms=90_000)], "Europe/London")
    (row,) = csv.DictReader(io.StringIO(said))
    assert row["event"].startswith("'=") and row["who"] == "'+44" and row["role"] == "'@x" and row["late_seconds"] == "90"

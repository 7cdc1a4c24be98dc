"""The plan by key question, and a later framework laid beside the data: no code changes and no action is written again."""

from __future__ import annotations

import json

from tests.api.test_pages_filed import one_database
from tests.api.test_pages_plan import start
from tests.rules.test_framework import NEXT


@one_database
def test_actions_stand_under_each_key_question_of_their_tags_and_under_a_framework_that_comes_later(home, sue):  # noqa: F811
    form = sue.open("/plan/new?start=deployment").html
    assert form.count('name="tags"') == 34 + 14 and 'value="safe-and-effective-staffing" checked' in " ".join(form.split())
    at = start(sue, sue, tags=["safe-and-effective-staffing", "reg-18", "person-centred-care"], other_tags="our board, reg-18")
    assert home.record(at.rsplit("/", 1)[1])["fields"]["tags"] == ["safe-and-effective-staffing", "reg-18", "person-centred-care", "our board"]
    assert home.record(at.rsplit("/", 1)[1])["fields"]["framework"] == "cqc-2023"
    start(sue, sue, baseline_issue="Nobody knows", tags=[])
    assert "Safe and effective staffing; Regulation 18: Staffing; Person-centred care; our board" in sue.open(at).text
    change = sue.open(f"{at}/change").html
    assert 'value="our board"' in change and " ".join(change.split()).count(" checked") >= 4
    page = sue.open("/plan/by-question")
    safe, effective, _, responsive, _, nowhere = page.html.split('data-testid="question"')[1:]
    assert "Charts have gaps" in safe and "Charts have gaps" in responsive and "No open action." in effective and "Nobody knows" in nowhere
    folder = home.house.database.folder / "frameworks"
    folder.mkdir()
    (folder / "next.json").write_text(json.dumps({**NEXT, "from": "2099-01-01"}))
    (folder / "broken.json").write_text("{")
    page = sue.open("/plan/by-question")
    assert "A framework made up for tests, 2026" in page.text and "cannot be read and is left out: broken.json" in page.text
    led = sue.open("/plan/by-question?framework=made-up-2026").html.split('data-testid="question"')[2]
    assert "Charts have gaps" in led and "Staff are where people need them" in led
    (folder / "next.json").write_text(json.dumps({**NEXT, "from": "2024-01-01"}))
    assert "Led well" in sue.open("/plan/by-question").text and 'value="s1"' in sue.open("/plan/new").html, "in force from its day on"

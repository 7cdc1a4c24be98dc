"""Every leader of the article has work here: duties that come round, and what they look at beside them."""

from __future__ import annotations

from sync import roles
from sync.messages import text
from sync.rules.duties import DUTIES
from sync.rules.rhythm import TASKS, duties_of, tasks_of


def test_every_role_but_the_support_worker_has_a_rhythm_and_each_task_has_its_words():
    assert set(TASKS) == set(roles.ROLES) - {roles.SUPPORT_WORKER}
    assert all(text(f"pages.work.tasks.{each.name}") for tasks in TASKS.values() for each in tasks)


def test_a_duty_is_its_owners_and_its_deputy_stands_in_for_it():
    owned, deputy = duties_of([roles.NOMINATED_INDIVIDUAL])
    assert [each.name for each in owned] == ["oversight_minutes"] and deputy == []
    owned, deputy = duties_of([roles.PROVIDER_QUALITY_LEAD, roles.PROVIDER_LEAD])
    assert [each.name for each in owned] == ["provider_review"] and [each.name for each in deputy] == ["oversight_minutes"]
    assert {each.name for role in roles.ROLES for each in duties_of([role])[0]} == set(DUTIES)


def test_who_holds_two_roles_sees_each_task_once_most_often_first():
    tasks = tasks_of([roles.PROVIDER_LEAD, roles.NOMINATED_INDIVIDUAL, roles.DUTY_MANAGER])
    names = [each.name for each in tasks]
    assert len(names) == len(set(names)) and names[0] in ("outcomes", "unresolved") and names.count("homes") == 1

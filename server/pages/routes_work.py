"""My work here: what is due from whoever is signed in, this shift, week and month, with the way to each."""

from __future__ import annotations

from flask import Blueprint, g, render_template

from server.clock import now_ms
from server.db import reading
from server.pages import work_view
from server.pages.names import Names
from server.pages.words import at
from server.people.rights import may, signed_in
from sync import days
from sync.roles import KEY_WORKER

blueprint = Blueprint("pages_work", __name__, template_folder="templates")


@blueprint.get("/my-work")
@signed_in("work.see")
def mine():
    """Rounds of duties, actions, challenges and reports that wait for this person, and their role's rhythm."""
    me, now = g.person, now_ms()
    today = days.care_day(at(now, me.zone), me.zone)
    with reading() as c:
        names = Names(c, me.home_id)
        # What a role may not open is not offered to it: nobody is sent to a page that refuses them.
        view = {
            "rounds": work_view.rounds(c, me.home_id, me.zone, me.roles, me.staff, names, now) if may(me.roles, "duties.see") else [],
            "actions": work_view.actions(c, me.home_id, me.zone, me.staff, me.roles, today) if may(me.roles, "plan.see") else [],
            "challenges": work_view.challenges(c, me.home_id, me.zone, names) if may(me.roles, "minutes.answer") else [],
            "reports": work_view.reports(c, me.home_id, me.staff, today) if may(me.roles, "oversight.sign") else [],
            "plans": work_view.plans_to_confirm(c, me.home_id, me.staff, names, now) if may(me.roles, "plans.confirm") else [],
            "people": work_view.key_people(c, me.home_id, me.zone, me.staff, names, today) if KEY_WORKER in me.roles else [],
            "rhythm": work_view.rhythms(me.roles),
        }  # fmt: skip
    view["nothing"] = not any(view[name] for name in ("rounds", "actions", "challenges", "reports", "plans"))
    return render_template("pages/my_work.html", work=view)

"""`tidemark demo`: a made-up provider with a working history."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import click
import orjson

from server import clock, create_app, db_upgrade
from server.config import load
from server.demo import making
from server.demo.people import FEWEST_RESIDENTS, MOST_RESIDENTS
from server.demo.roster import as_table
from sync.messages import text


@click.command()
@click.option("--weeks", type=click.IntRange(1, 52), default=8, show_default=True, help="Weeks of history.")
@click.option(
    "--residents",
    type=click.IntRange(FEWEST_RESIDENTS, MOST_RESIDENTS),
    default=40,
    show_default=True,
    help="Residents, over both homes.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed and end make the same history.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The history ends at 7am on this day. Today if not said.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
@click.option("--live-home", type=int, hidden=True, help="Live the history of this home and nothing else.")
def demo(
    weeks: int, residents: int, seed: int, until: datetime | None, as_json: bool, live_home: int | None
) -> None:  # fmt: skip
    """Make a made-up provider with two homes and a working history; run again, it changes nothing and prints the same."""
    app = create_app(load())
    if live_home is not None:
        with app.app_context():
            making.live_one(live_home)
        return
    db_upgrade(app)
    with app.app_context():
        try:
            roster = making.make(
                weeks=weeks,
                residents=residents,
                seed=seed,
                until=until.date() if until else None,
                now_ms=clock.now_ms(),
                say=_progress,
                beside=_beside,
            )
        except making.Refused as error:
            raise click.ClickException(str(error)) from error
    click.echo(orjson.dumps(roster, option=orjson.OPT_INDENT_2).decode() if as_json else as_table(roster))


def _progress(home: str, at_ms: int) -> None:
    """How far the history has come, on standard error: standard output is the roster's alone."""
    if sys.stderr.isatty():
        day = datetime.fromtimestamp(at_ms / 1000, UTC)
        click.echo("\r" + text("cli.demo.progress", home=home, day=f"{day.day} {day:%B}").ljust(60), err=True, nl=False)


def _beside(home_id: int) -> Callable[[], int]:
    """Live a home in a process of its own, in this one's group: it ends with us on Ctrl-C."""
    return subprocess.Popen(
        [sys.executable, "-m", "server", "demo", "--live-home", str(home_id)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ).wait  # fmt: skip


commands = [demo]

"""`tidemark push`: a home's key towards push services."""

from __future__ import annotations

import click

from server import clock, commandline
from server.alerts import vapid
from server.commandline import json_option
from server.db import writing
from server.people.commands import home_named
from server.running import app_context
from sync.messages import text


@click.group()
def push() -> None:
    """Alerts on phones and tablets."""


@push.command("rotate-key")
@click.option("--home", "home_id", required=True, help="The home's id.")
@json_option
def push_rotate_key(home_id: str, as_json: bool) -> None:
    """Give a home a new key towards push services. The old one goes on serving each phone until its app opens again."""
    with app_context():
        home = home_named(home_id)
        public = writing(lambda c: vapid.rotate(c, home.id, clock.now_ms())).public
    if as_json:
        commandline.show({"key": public}, True)
    else:
        click.echo(text("cli.push.rotated", public=public))


commands = [push]

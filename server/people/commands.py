"""`tidemark home`, `staff` and `device`: who and what is here. Never a PIN, and a password only as it is made."""

from __future__ import annotations

import uuid
from pathlib import Path

import click

from server import clock, commandline
from server.commandline import json_option
from server.people import home_keys, store
from server.running import app_context
from server.wire import rfc3339
from sync.messages import text


@click.group()
def home() -> None:
    """Homes."""


@home.command("list")
@json_option
def home_list(as_json: bool) -> None:
    """Every home, oldest first."""
    with app_context():
        commandline.show([{"id": str(each.uuid), "name": each.name, "zone": each.zone} for each in store.homes()], as_json)


@home.command("rotate-key")
@click.option("--home", "home_id", required=True, help="The home's id.")
@json_option
def home_rotate_key(home_id: str, as_json: bool) -> None:
    """Give tablets a new key to seal entries to. The old ones stay, and still open what was sealed to them."""
    with app_context():
        kid = home_keys.rotate(home_named(home_id).id, now_ms=clock.now_ms())
    if as_json:
        commandline.show({"kid": kid}, True)
    else:
        click.echo(text("cli.home.rotated", kid=kid))


@home.command("import-key")
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--home", "home_id", required=True, help="The home's id.")
@json_option
def home_import_key(file: Path, home_id: str, as_json: bool) -> None:
    """Give a home back a private key (PEM) that it lost, so that what was sealed to it can be opened."""
    with app_context():
        try:
            kid = home_keys.put_back(home_named(home_id).id, file.read_text())
        except (ValueError, UnicodeDecodeError):
            commandline.fail(text("cli.home.no_key"))
    if as_json:
        commandline.show({"kid": kid}, True)
    else:
        click.echo(text("cli.home.imported", kid=kid))


@click.group()
def staff() -> None:
    """Members of staff."""


@staff.command("list")
@click.option("--home", "home_id", required=True, help="The home's id.")
@json_option
def staff_list(home_id: str, as_json: bool) -> None:
    """Who works in a home now, by name, with the roles that each holds."""
    with app_context():
        found = store.staff_list(home_named(home_id).id, now_ms=clock.now_ms())
        commandline.show([
            {"id": str(each.id), "name": each.name, "role": each.roles[0] if each.roles else None, "roles": list(each.roles)}
            for each in found
        ], as_json)  # fmt: skip


@click.group()
def device() -> None:
    """Tablets and phones."""


@device.command("enrol")
@click.option("--home", "home_id", required=True, help="The home's id.")
@click.option("--name", required=True, help="What the tablet is called, such as Willow 1.")
@click.option("--phone", is_flag=True, help="A phone that somebody carries: it is never missed when it is not heard from.")
@json_option
def device_enrol(home_id: str, name: str, phone: bool, as_json: bool) -> None:
    """Enrol a tablet, or with --phone a phone; its token is shown this once."""
    with app_context():
        form = store.PHONE if phone else store.TABLET
        made, token = store.enrol_device(home_named(home_id).id, name, now_ms=clock.now_ms(), form=form)
        commandline.show({"device": str(made), "token": token}, as_json)


@device.command("list")
@click.option("--home", "home_id", required=True, help="The home's id.")
@json_option
def device_list(home_id: str, as_json: bool) -> None:
    """The tablets and phones of a home."""
    with app_context():
        commandline.show([
            {
                "id": str(row.id), "name": row.name, "form": row.form, "revoked": row.revoked_ms is not None,
                "pending": row.pending, "last_number": row.last_number, "last_seen_at": _time(row.last_seen_ms),
                "oldest_unsent_at": _time(row.oldest_unsent_ms), "offset_ms": row.offset_ms, "version": row.app_version,
                "installed": row.installed, "persisted": row.persisted, "storage_free_mb": row.storage_free_mb,
                "reported_at": _time(row.reported_ms),
            }
            for row in store.devices(home_named(home_id).id)
        ], as_json)  # fmt: skip


@device.command("revoke")
@click.argument("device_id")
@json_option
def device_revoke(device_id: str, as_json: bool) -> None:
    """End a tablet's access from its next request on. What it holds stays on it."""
    with app_context():
        try:
            wanted = uuid.UUID(device_id)
        except ValueError:
            wanted = uuid.uuid4()
        ended = any(store.revoke_device(each.id, wanted, now_ms=clock.now_ms()) for each in store.homes())
        if not ended:
            commandline.fail(text("cli.device.unknown"))
        commandline.show({"device": str(wanted), "revoked": True}, as_json)


def _time(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)


def home_named(given: str) -> store.Home:
    """The home of an id that somebody typed; ends the command with a sentence where there is none."""
    try:
        found = store.home_by_uuid(uuid.UUID(given))
    except ValueError:
        found = None
    if found is None:
        commandline.fail(text("cli.home.unknown"))
    return found


commands = [home, staff, device]

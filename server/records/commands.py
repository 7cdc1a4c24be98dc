"""`tidemark create-home`, `ledger`, `backup`, `restore`, `rescue`, `translation` and `migrate`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from server import clock, commandline
from server.commandline import json_option
from server.people import signin
from server.people import store as people
from server.people.commands import home_named
from server.problems import Problem
from server.records import backup as backups
from server.records import founding
from server.records import ledger as ledgers
from server.records import putting_away
from server.records import rebuild as rebuilding
from server.records import rescue as rescues
from server.records import translations
from server.running import app_context
from sync.messages import text, word


@click.command("create-home")
@click.option("--name", prompt="Name of the home", help="What the home is called.")
@click.option("--provider", prompt="Name of the provider", help="Who runs it. Homes of one provider name it alike.")
@click.option("--manager", prompt="Name of the registered manager", help="Who signs in first.")
@click.option("--email", prompt="E-mail address of the registered manager", help="With it the manager signs in.")
@json_option
def create_home(name: str, provider: str, manager: str, email: str, as_json: bool) -> None:
    """Make a home, with a sign-in for its registered manager. The password is shown this once."""
    name, provider, manager, email = (each.strip() for each in (name, provider, manager, email))
    if not (name and provider and manager):
        commandline.fail(text("cli.create_home.empty"))
    if not signin.EMAIL.fullmatch(email):
        commandline.fail(text("cli.create_home.email"))
    with app_context():
        if any(home.made_by == "demo" for home in people.homes()):
            commandline.fail(text("cli.create_home.demo"))
        made, password = founding.found(name, provider, manager, email, now_ms=clock.now_ms())
    if as_json:
        commandline.show({"home": str(made.uuid), "password": password}, True)
    else:
        click.echo(text("cli.create_home.made", name=name, manager=manager, email=email, password=password))
        click.echo(text("cli.create_home.next"))


@click.group()
def ledger() -> None:
    """The homes' ledgers."""


@ledger.command()
@click.option("--home", "home_id", help="Only this home's.")
@click.option("--head", help="A head that somebody kept, as SEQ:HASH: say where it stands.")
def verify(home_id: str | None, head: str | None) -> None:
    """Compute the chain again. Ends with 0, or names the first broken row."""
    witnessed = _read_head(head) if head else None
    with app_context():
        broken, places = False, []
        for home in _homes(home_id):
            found = ledgers.verify(home.id)
            said = {"home": home.name, "rows": found.rows, "seq": found.broken, "erased": found.erased, "head": found.hash.hex()}
            if found.broken is not None:
                broken = True
                click.echo(text("cli.ledger.broken", **said, why=text(f"cli.ledger.why.{found.why}")))
            else:
                click.echo(text("cli.ledger.whole", **said))
            if witnessed:
                places.append(ledgers.place_of(home.id, *witnessed))
                click.echo(text(f"cli.ledger.place.{places[-1]}", home=home.name, seq=witnessed[0]))
    sys.exit(1 if broken or (places and "here" not in places) else 0)


def _read_head(given: str) -> tuple[int, bytes]:
    seq, _, hash_ = given.partition(":")
    try:
        read = int(seq), bytes.fromhex(hash_)
    except ValueError:
        read = (-1, b"")
    if read[0] < 0 or len(read[1]) != 32:
        commandline.fail(text("cli.ledger.bad_head"))
    return read


@ledger.command()
@click.option("--home", "home_id", help="Only this home's.")
def rebuild(home_id: str | None) -> None:
    """Fill every projection again from the ledger. Raises no alert and moves no actor."""
    with app_context():
        for home in _homes(home_id):
            click.echo(text("cli.ledger.rebuilt", home=home.name, count=rebuilding.rebuild(home.id)))


@ledger.command()
@click.option("--home", "home_id", required=True, help="The home's id.")
def export(home_id: str) -> None:
    """JSON lines in `seq` order: header, submission, hash."""
    with app_context():
        out = sys.stdout.buffer
        for line in ledgers.export(_homes(home_id)[0].id):
            out.write(line + b"\n")
        out.flush()


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def backup(file: Path, as_json: bool) -> None:
    """Everything in one file, keys included, also while serving. Keep it as safe as the data itself."""
    with app_context() as app:
        made = backups.make(app.extensions["tidemark"], file, now_ms=clock.now_ms())
    if as_json:
        commandline.show({"file": str(file), "homes": made["homes"]}, True)
    else:
        click.echo(text("cli.backup.done", file=file, homes=len(made["homes"])))


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace the data that is there.")
@json_option
def restore(file: Path, overwrite: bool, as_json: bool) -> None:
    """Put a backup back. Stop the server first. Each ledger gets a new id, so that tablets notice."""
    with app_context() as app:
        try:
            made = backups.restore(app.extensions["tidemark"], file, overwrite=overwrite, now_ms=clock.now_ms())
        except backups.Unfit as error:
            commandline.fail(text(f"cli.restore.{error.args[0]}"))
    if as_json:
        commandline.show({"file": str(file), "homes": made["homes"]}, True)
        return
    click.echo(text("cli.restore.done", file=file, homes=len(made["homes"])))
    for head in made["homes"]:
        lost = head["lost"]
        click.echo(text("cli.restore.to", home=head["home_id"], seq=head["seq"]))
        if lost is None:
            click.echo(text("cli.restore.nothing_replaced", home=head["home_id"]))
            continue
        click.echo(text("cli.restore.lost", home=head["home_id"], tablets=lost["tablets"], others=lost["others"]))
        if lost["kinds"]:
            names = ", ".join(f"{count} {word(f'kinds.names.{kind}', kind)}" for kind, count in lost["kinds"].items())
            click.echo(text("cli.restore.kinds", kinds=names))
        for what, ids in (head["carried"] or {}).items():
            click.echo(text(f"cli.restore.carried.{what}", home=head["home_id"], n=len(ids)))
    click.echo(text("cli.restore.look"))


@click.command("backup-kept")
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@json_option
def backup_kept(file: Path, as_json: bool) -> None:
    """Say that this backup is kept off this machine. It is read back first; tablets then let go of what it holds."""
    with app_context():
        try:
            homes = backups.kept(file)
        except backups.Unfit as error:
            commandline.fail(text(f"cli.restore.{error.args[0]}"))
    if as_json:
        commandline.show({"file": str(file), "homes": homes}, True)
    else:
        for home in homes:
            click.echo(text("cli.backup.kept", file=file, home=home["home_id"], seq=home["safe"]))


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@json_option
def rescue(file: Path, as_json: bool) -> None:
    """Take in the rescue file of a tablet that can no longer send. Doing it twice is free of harm."""
    if file.stat().st_size > rescues.MOST_BYTES:
        commandline.fail(text("problems.rescue_large.detail"))
    with app_context():
        try:
            found = rescues.read(file.read_bytes())
            home = people.home_by_uuid(found.home)
            if home is None:
                raise Problem("rescue_other_home")
            done = rescues.take(home, found, now_ms=clock.now_ms())
        except Problem as refused:
            commandline.fail(text(f"problems.{refused.code}.detail"))
    if as_json:
        commandline.show({"device": str(done.device), **done.counts, "results": [each.wire() for each in done.results]}, True)
    else:
        click.echo(text("cli.rescue.done", file=file, **done.counts))


@click.command("open-again")
@click.option("--home", "home_id", help="Only this home's.")
@json_option
def open_again(home_id: str | None, as_json: bool) -> None:
    """Try again to open sealed entries that stayed closed: after a key was put back."""
    with app_context():
        now = clock.now_ms()
        found = {home: putting_away.try_again(home.id, putting_away.closed(home.id), now_ms=now) for home in _homes(home_id)}
    if as_json:
        commandline.show({"homes": [{"home": str(home.uuid), **counts} for home, counts in found.items()]}, True)
        return
    for home, counts in found.items():
        click.echo(text("cli.open_again.done", home=home.name, **counts))


@click.group()
def translation() -> None:
    """The words of the app in other languages."""


@translation.command()
@click.option("--home", "home_id", required=True, help="The home's id.")
@click.option("--language", required=True, help="Its code, such as ro.")
@click.option("--by", "signed_by", required=True, help="Name and registration of the clinician who has read every safety text.")
@json_option
def sign(home_id: str, language: str, signed_by: str, as_json: bool) -> None:
    """Record that a named bilingual clinician has signed this language's safety texts as they stand now."""
    version = translations.version_of(language)
    if version is None:
        commandline.fail(text("cli.translation.unknown"))
    if not signed_by.strip():
        commandline.fail(text("cli.translation.nobody"))
    said = {"language": language, "version": version, "signed_by": signed_by.strip()}
    with app_context():
        (home,) = _homes(home_id)
        if not translations.sign(home.id, **said, now_ms=clock.now_ms()):
            commandline.fail(text("cli.translation.refused"))
    if as_json:
        commandline.show(said, True)
    else:
        click.echo(text("cli.translation.signed", home=home.name, **said))


@click.command()
def migrate() -> None:
    """Bring the database up to date."""
    with app_context():
        click.echo(text("cli.migrate.done"))


def _homes(given: str | None) -> list[people.Home]:
    if given is None:
        return people.homes()
    return [home_named(given)]


commands = [create_home, ledger, backup, backup_kept, restore, rescue, open_again, translation, migrate]

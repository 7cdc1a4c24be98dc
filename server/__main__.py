"""The `tidemark` command: each feature brings its own commands, and none is imported before it is asked for."""

from __future__ import annotations

import importlib

import click

#: Command -> the module whose `commands` hold it.
WHERE = {
    "serve": "server.serving",
    "web": "server.serving",
    "escalator": "server.serving",
    "demo": "server.demo.commands",
    "create-home": "server.records.commands",
    "home": "server.people.commands",
    "staff": "server.people.commands",
    "device": "server.people.commands",
    "push": "server.alerts.commands",
    "ledger": "server.records.commands",
    "backup": "server.records.commands",
    "backup-kept": "server.records.commands",
    "rescue": "server.records.commands",
    "open-again": "server.records.commands",
    "restore": "server.records.commands",
    "migrate": "server.records.commands",
    "translation": "server.records.commands",
}


class Lazily(click.Group):
    """A group that imports a command's module when the command is named."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(WHERE)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in WHERE:
            return None
        found = importlib.import_module(WHERE[name]).commands
        return next((command for command in found if command.name == name), None)


@click.group(cls=Lazily)
def main() -> None:
    """Tidemark: bedside records, alerts that reach a person, and a live improvement plan for care homes."""


if __name__ == "__main__":
    main(prog_name="tidemark")

"""`tidemark serve`, `web` and `escalator`: the processes of Tidemark.

`serve` is what one home on one machine needs: it brings the database up to date, tops a demo home up to today, and keeps
`web` (requests) and `escalator` (followers, deadlines, pushes) running. On many machines run the two apart, as many of
each as you like: nothing in a process's memory matters.
"""

from __future__ import annotations

import os
import signal
import socket
import threading

import click
import waitress
from flask import Flask

from server import clock, create_app, db_upgrade, demo, gathering, heartbeat, welcome
from server.config import Config, load
from server.processes import Child, end_with_stdin, stop_on_signals, supervise
from sync.messages import text

# Requests answered at once by one web process; more wait their turn.
WEB_THREADS = 8
# Open connections of one web process: a provider's tablets keep theirs alive between syncs.
WEB_CONNECTIONS = 1000
# A body is counted while it is read (4 MB unpacked, protocol.md); this only bounds what waits on disk meanwhile.
WEB_BODY_BYTES = 32 * 1024 * 1024

stdin_option = click.option(
    "--end-with-stdin",
    "with_stdin",
    is_flag=True,
    help="End when standard input ends: how whoever starts this makes sure that nothing outlives it.",
)


@click.command()
@click.option("--demo", "with_demo", is_flag=True, help="Make the demo home first if there is no data yet.")
@stdin_option
def serve(with_demo: bool, with_stdin: bool) -> None:
    """Everything in one: bring the database up to date, then run web and escalator until stopped."""
    config = load()
    stop = _stopping(with_stdin)
    _refuse_a_taken_port(config)
    app = create_app(config)
    db_upgrade(app)
    people = welcome.demo_people() if with_demo else None
    if not stop.is_set():
        children = [Child("web", ["web"])]
        catching_up = threading.Thread(target=_catch_up, args=(app, children, stop), name="catching-up")
        catching_up.start()
        welcome.announce_when_up(config, people, stop)
        supervise(children, stop, _warn)
        catching_up.join()
    click.echo(text("cli.serve.stopped"))


@click.command()
@stdin_option
def web(with_stdin: bool) -> None:
    """The request side only. Run as many as you like, beside at least one escalator."""
    config = load()
    server = waitress.create_server(
        create_app(config),
        host=config.host,
        port=config.port,
        threads=WEB_THREADS,
        connection_limit=WEB_CONNECTIONS,
        max_request_body_size=WEB_BODY_BYTES,
        asyncore_use_poll=True,
        ident="Tidemark",
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)  # waitress finishes the requests that it holds, then returns
    if with_stdin:
        end_with_stdin(lambda: os.kill(os.getpid(), signal.SIGTERM))
    gathering.settle()
    server.run()


@click.command()
@stdin_option
def escalator(with_stdin: bool) -> None:
    """Followers, deadlines and delivery only. Run as many as you like: each step still happens once."""
    app = create_app(load())
    gathering.settle()
    heartbeat.run(app, _stopping(with_stdin))


commands = [serve, web, escalator]


def _catch_up(app: Flask, children: list[Child], stop: threading.Event) -> None:
    """Top a demo home up to now, then start the escalator: before that, its days off would look like silence.

    Requests are answered meanwhile.
    """
    try:
        with app.app_context():
            demo.top_up(clock.now_ms(), stop.is_set)
    finally:
        if not stop.is_set():
            children.append(Child("escalator", ["escalator"]))


def _stopping(with_stdin: bool) -> threading.Event:
    stop = threading.Event()
    stop_on_signals(stop)
    if with_stdin:
        end_with_stdin(stop.set)
    return stop


def _leave(*_: object) -> None:
    raise SystemExit(0)


def _warn(line: str) -> None:
    click.echo(line, err=True)


def _refuse_a_taken_port(config: Config) -> None:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            raise click.ClickException(text("cli.serve.port_taken", host=config.host, port=config.port)) from error

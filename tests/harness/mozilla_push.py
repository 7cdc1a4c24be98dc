"""Mozilla's push service on the loopback, as Firefox speaks to it: a WebSocket to the browser, the strict checks of `PushService` to
whoever sends. It passes on what it cannot read: Firefox alone has the keys, and decrypts.

    with MozillaPush() as mozilla, open_browser("Firefox", folder, **mozilla.preferences) as firefox:
        ...
        mozilla.got                      # how Firefox answered for each message: 100 is decrypted and handed to the worker
        mozilla.forget()                 # the service has lost the browser: every subscription of it is gone
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import socket
import socketserver
import struct
import threading
import uuid
from typing import Any

from tests.harness.push_service import PushService, Subscriber, b64, unb64

DELIVERED = 100
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


class MozillaPush(PushService):
    """Listens from construction until `close`."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[int] = []
        self._channels: dict[str, str] = {}  # token: the channel that Firefox calls it
        self._firefox: _WebSocket | None = None
        self._forgotten = False
        service = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                service._talk(_WebSocket(self.request))

        self._sockets = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._sockets.daemon_threads = True
        threading.Thread(target=self._sockets.serve_forever, args=(0.02,), name="mozilla-push", daemon=True).start()

    def close(self) -> None:
        self._sockets.shutdown()
        self._sockets.server_close()
        super().close()

    @property
    def preferences(self) -> dict[str, Any]:
        """Firefox talks to us, asks nobody about notifications, and comes back at once when we hang up. Its recommended ones for
        tests turn push off; without them it would begin with pages of its own."""
        return {
            "dom.push.serverURL": f"ws://127.0.0.1:{self._sockets.server_address[1]}/", "dom.push.testing.allowInsecureServerURL": True,
            "remote.prefs.recommended": False, "dom.push.connection.enabled": True, "dom.push.retryBaseInterval": 200,
            "permissions.default.desktop-notification": 1, "dom.webnotifications.requireuserinteraction": False,
            "alerts.useSystemBackend": False, "browser.startup.homepage": "about:blank", "startup.homepage_welcome_url": "",
            "browser.aboutwelcome.enabled": False, "browser.shell.checkDefaultBrowser": False, "toolkit.telemetry.enabled": False,
            "browser.region.network.url": "", "browser.safebrowsing.downloads.enabled": False, "extensions.systemAddon.update.enabled": False,
            "app.normandy.enabled": False,
        }  # fmt: skip

    def forget(self) -> None:
        """Lose the browser, as the real service now and then does: it is told so when it says hello the next time."""
        self._forgotten = True
        for who in self.subscribers.values():
            who.alive = False
        self._firefox.hang_up()

    @property
    def live(self) -> list[str]:
        """The endpoints that a message may be sent to."""
        return [f"{self.origin}/push/{token}" for token, who in self.subscribers.items() if who.alive]

    def take(self, token: str, headers: dict[str, str], body: bytes, port: int) -> tuple[int, dict[str, str], str]:
        """Pass a message on to Firefox."""
        judged = self.judged(self.subscribers.get(token), headers, body)
        if not isinstance(judged, dict):
            return judged
        version = uuid.uuid4().hex
        self._firefox.say({
            "messageType": "notification", "channelID": self._channels[token], "version": version, "ttl": int(headers["ttl"]),
            "data": b64(body), "headers": {"encoding": headers["content-encoding"]},
        })  # fmt: skip
        return 201, {"Location": f"{self.origin}/m/{version}", "TTL": headers["ttl"]}, ""

    def _talk(self, firefox: _WebSocket) -> None:
        self._firefox = firefox
        for said in firefox.messages():
            match said.get("messageType"):
                case "hello":
                    known = None if self._forgotten else said.get("uaid")
                    firefox.say({"messageType": "hello", "uaid": known or uuid.uuid4().hex, "status": 200, "use_webpush": True, "broadcasts": {}})
                case "register":
                    token = b64(os.urandom(18))
                    self._channels[token] = said["channelID"]
                    self.subscribers[token] = Subscriber(None, b"", unb64(said["key"]) if said.get("key") else None)
                    firefox.say({
                        "messageType": "register", "channelID": said["channelID"], "status": 200, "pushEndpoint": f"{self.origin}/push/{token}",
                    })  # fmt: skip
                case "unregister":
                    for token, channel in self._channels.items():
                        if channel == said["channelID"]:
                            self.subscribers[token].alive = False
                    firefox.say({"messageType": "unregister", "channelID": said["channelID"], "status": 200})
                case "ack":
                    self.got += [each.get("code") for each in said["updates"]]
                case None:
                    firefox.say({})  # its sign of life


class _WebSocket:
    """The server's end of one WebSocket (RFC 6455): whole text messages, which is all that Firefox sends here."""

    def __init__(self, connection: socket.socket):
        self._connection, self._stream, self._lock = connection, connection.makefile("rb"), threading.Lock()
        key = ""
        while line := self._stream.readline().strip():
            name, _, value = line.decode().partition(":")
            if name.lower() == "sec-websocket-key":
                key = value.strip()
        accept = base64.b64encode(hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()).decode()
        connection.sendall(
            f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )

    def say(self, message: dict[str, Any]) -> None:
        self._send(_TEXT, json.dumps(message).encode())

    def hang_up(self) -> None:
        self._connection.shutdown(socket.SHUT_RDWR)

    def messages(self) -> Any:
        """What Firefox says, until it or we hang up."""
        while head := self._read(2):
            kind, length = head[0] & 15, head[1] & 127
            if length > 125:
                length = int.from_bytes(self._read(2 if length == 126 else 8), "big")
            mask = self._read(4)
            plain = bytes(byte ^ mask[at % 4] for at, byte in enumerate(self._read(length)))
            if kind == _CLOSE:
                return
            if kind == _PING:
                self._send(_PONG, plain)
            elif kind == _TEXT:
                yield json.loads(plain)

    def _read(self, count: int) -> bytes:
        try:
            return self._stream.read(count) or b""
        except OSError:
            return b""

    def _send(self, kind: int, data: bytes) -> None:
        size = bytes([len(data)]) if len(data) < 126 else b"\x7e" + struct.pack("!H", len(data))
        with self._lock:
            self._connection.sendall(bytes([0x80 | kind]) + size + data)

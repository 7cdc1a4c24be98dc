"""A strict push service on the loopback, for tests: it refuses what a real one refuses, and can read what it is sent.

    with PushService() as service:
        made = service.subscribe()              # what a browser's PushManager would hand over
        ...
        service.messages(made)                  # decrypted, oldest first
        service.script(made, 410)               # the next answers: a status, (status, headers, body), "hang", "reset"

It is written from RFC 8030, 8188, 8291 and 8292 with no code of the server and no push library, so that an error in one
of those cannot hide in both places. Apple's stricter rules about `sub` and `exp` apply.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LARGEST_BODY = 4096
LONGEST_TTL = 30 * 86_400
URGENCIES = {"very-low", "low", "normal", "high"}
SUBJECT = re.compile(r"^(mailto:[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+|https://[^\s]+)$")


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Message:
    """One message as the browser would get it."""

    text: str
    ttl: int
    urgency: str
    topic: str | None
    claims: dict[str, Any]
    bytes: int
    received_at: float
    port: int  # of the sender's end of the connection: which process it came from

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.text)

    @property
    def is_test(self) -> bool:
        return self.json.get("what") == "test"


@dataclass
class Subscriber:
    private: ec.EllipticCurvePrivateKey
    auth: bytes
    vapid: bytes | None
    alive: bool = True
    inbox: list[Message] = field(default_factory=list)
    script: list[Any] = field(default_factory=list)

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )


@dataclass
class Request:
    """What was asked, for tests about redirects, proxies and headers."""

    method: str
    path: str
    headers: dict[str, str]
    status: int = 0
    why: str = ""


class PushService:
    """Listens on a free port of 127.0.0.1 from construction until `close`."""

    def __init__(self) -> None:
        self.subscribers: dict[str, Subscriber] = {}
        self.requests: list[Request] = []
        self.on_message: Any = None
        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name="push-service", daemon=True).start()

    def __enter__(self) -> PushService:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def subscribe(self, vapid_public: str | None = None) -> dict[str, Any]:
        """A new subscription, as `PushSubscription.toJSON()`; with a key, only its owner may send (RFC 8292, 4)."""
        who = Subscriber(ec.generate_private_key(ec.SECP256R1()), os.urandom(16), unb64(vapid_public) if vapid_public else None)
        token = b64(os.urandom(18))
        self.subscribers[token] = who
        return {
            "endpoint": f"{self.origin}/push/{token}",
            "expirationTime": None,
            "keys": {"p256dh": b64(who.public), "auth": b64(who.auth)},
        }

    def messages(self, made: dict[str, Any]) -> list[Message]:
        """Everything that this subscription was sent but for tests at a sign-on, replaced messages too."""
        return [message for message in self._of(made).inbox if not message.is_test]

    def tests(self, made: dict[str, Any]) -> list[Message]:
        """The test messages that this subscription was sent."""
        return [message for message in self._of(made).inbox if message.is_test]

    def waiting(self, made: dict[str, Any]) -> list[Message]:
        """What a phone that was off until now would show: one message a topic (RFC 8030, 5.4)."""
        newest: dict[Any, Message] = {}
        for place, message in enumerate(self.messages(made)):
            newest[message.topic or place] = message
        return list(newest.values())

    def script(self, made: dict[str, Any], *answers: Any) -> None:
        """What to answer next, one answer a request, before going back to normal."""
        self._of(made).script = list(answers)

    def expire(self, made: dict[str, Any]) -> None:
        self._of(made).alive = False

    def answers(self, made: dict[str, Any]) -> list[int]:
        """The status of every request about this subscription, oldest first."""
        path = made["endpoint"].removeprefix(self.origin)
        return [request.status for request in self.requests if request.path == path]

    def wait_for(self, made: dict[str, Any], count: int = 1, seconds: float = 10) -> list[Message]:
        """The messages, once there are `count` of them; AssertionError when they do not come."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if len(found := self.messages(made)) >= count:
                return found
            time.sleep(0.01)
        raise AssertionError(f"{len(self.messages(made))} of {count} messages came; refusals: {self.refusals()}")

    def refusals(self) -> list[tuple[int, str]]:
        return [(request.status, request.why) for request in self.requests if request.status >= 300]

    def _of(self, made: dict[str, Any]) -> Subscriber:
        return self.subscribers[made["endpoint"].rsplit("/", 1)[-1]]

    def take(self, token: str, headers: dict[str, str], body: bytes, port: int) -> tuple[int, dict[str, str], str]:
        """Judge one POST as a real service would: status, headers, reason."""
        who = self.subscribers.get(token)
        found = self.judged(who, headers, body)
        if not isinstance(found, dict):
            return found
        try:
            plain = decrypt(body, who.private, who.public, who.auth)
        except ValueError as error:
            return 400, {}, str(error)
        ttl, urgency = min(int(headers["ttl"]), LONGEST_TTL), headers.get("urgency", "normal")
        message = Message(plain.decode(), ttl, urgency, headers.get("topic"), found, len(body), time.time(), port)
        who.inbox.append(message)
        if self.on_message and not message.is_test:
            self.on_message(token, message)
        return 201, {"Location": f"{self.origin}/m/{b64(os.urandom(9))}", "TTL": str(message.ttl)}, ""

    def judged(self, who: Subscriber | None, headers: dict[str, str], body: bytes) -> dict[str, Any] | tuple[int, dict[str, str], str]:
        """The claims of a message that may be passed on; else status, headers, reason."""
        if who is None:
            return 404, {}, "unknown subscription"
        if not who.alive:
            return 410, {}, "unsubscribed"
        status, found = _vapid(headers.get("authorization", ""), who, self.origin)
        if status:
            return status, {}, json.dumps({"reason": found})
        ttl, urgency, topic = headers.get("ttl"), headers.get("urgency", "normal"), headers.get("topic")
        if ttl is None or not ttl.isdigit():
            return 400, {}, "TTL is missing"
        if urgency not in URGENCIES:
            return 400, {}, "Urgency is none of the four"
        if topic is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", topic):
            return 400, {}, "BadWebPushTopic"
        if len(body) > LARGEST_BODY:
            return 413, {}, "PayloadTooLarge"
        if headers.get("content-encoding") != "aes128gcm":
            return 400, {}, "Content-Encoding must be aes128gcm"
        return found


def decrypt(body: bytes, private: ec.EllipticCurvePrivateKey, public: bytes, auth: bytes) -> bytes:
    """The plaintext of one RFC 8291 message. ValueError says what is wrong with it."""
    if len(body) < 86:
        raise ValueError("shorter than its own header")
    salt, (size,), keyid_length = body[:16], struct.unpack("!L", body[16:20]), body[20]
    if keyid_length != 65:
        raise ValueError("keyid must be a 65-byte point")
    sender, sealed = body[21:86], body[86:]
    if len(sealed) > size:
        raise ValueError("more than one record (RFC 8291, 4)")
    shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
    secret = _expand(auth, shared, b"WebPush: info\x00" + public + sender, 32)
    key = _expand(salt, secret, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _expand(salt, secret, b"Content-Encoding: nonce\x00", 12)
    try:
        padded = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
    except InvalidTag:
        raise ValueError("it does not decrypt under this subscription's keys") from None
    if padded[-1:] != b"\x02":
        raise ValueError("the last record must end in 0x02")
    return padded[:-1]


def _expand(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    once = hmac.new(salt, secret, hashlib.sha256).digest()
    return hmac.new(once, info + b"\x01", hashlib.sha256).digest()[:length]


def _vapid(header: str, who: Subscriber, origin: str) -> tuple[int, Any]:
    """(0, claims) for a good Authorization header, else (status, reason)."""
    if not header:
        return (401, "missing Authorization") if who.vapid else (0, {})
    if not header.lower().startswith("vapid "):
        return 401, "the scheme is not vapid"
    parts = dict(part.strip().split("=", 1) for part in header[6:].split(","))
    key = unb64(parts["k"])
    if who.vapid and key != who.vapid:
        return 403, "VapidPkHashMismatch"
    head, claims_text, signature = parts["t"].split(".")
    raw = unb64(signature)
    if json.loads(unb64(head)).get("alg") != "ES256" or len(raw) != 64:
        return 403, "BadJwtToken: alg"
    encoded = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
        public.verify(encoded, f"{head}.{claims_text}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return 403, "BadJwtToken: signature"
    claims, now = json.loads(unb64(claims_text)), time.time()
    if claims.get("aud") != origin:
        return 403, "BadJwtToken: aud"
    if not isinstance(claims.get("exp"), int | float) or not now < claims["exp"] <= now + 86_400:
        return 403, "BadJwtToken: exp"
    subject = claims.get("sub") or ""
    if not SUBJECT.match(subject) or "localhost" in subject:
        return 403, "BadJwtToken: sub"
    return 0, claims


def _handler(service: PushService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                pass  # whoever was sending has been killed

        def do_GET(self) -> None:
            self._answer(Request("GET", self.path, _headers(self)), 200, {}, "")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Request("POST", self.path, _headers(self))
            token = self.path.rsplit("/", 1)[-1]
            who = service.subscribers.get(token)
            step = who.script.pop(0) if who and who.script else None
            if step == "hang":
                service.requests.append(asked)
                time.sleep(30)
            elif step == "reset":
                service.requests.append(asked)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                self.close_connection = True
            elif step is not None:
                self._answer(asked, *((step, {}, "") if isinstance(step, int) else step))
            else:
                with service.lock:
                    told = service.take(token, asked.headers, body, self.client_address[1])
                self._answer(asked, *told)

        def _answer(self, asked: Request, status: int, headers: dict[str, str], why: str) -> None:
            asked.status, asked.why = status, why
            service.requests.append(asked)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(why.encode())) if status != 204 else "0")
            self.end_headers()
            if status != 204:
                self.wfile.write(why.encode())

    return Handler


def _headers(handler: BaseHTTPRequestHandler) -> dict[str, str]:
    return {name.lower(): value for name, value in handler.headers.items()}

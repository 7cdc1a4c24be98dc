"""Where a message may go: push services of browser makers, and nowhere else, whatever a device says."""

from __future__ import annotations

import base64
import os

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from server.alerts import endpoints, session

POINT = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(
    serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://web.push.apple.com/Qabc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://wns2-by3p.notify.windows.com/w/?token=x",
        "https://fcm.googleapis.com:443/wp/abc",
    ],
)
def test_the_push_services_of_browsers_are_allowed(endpoint):
    assert endpoints.origin(endpoint, allow_loopback=False).startswith("https://")


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://169.254.169.254/latest/meta-data", "https://127.0.0.1/x", "http://127.0.0.1:8000/x", "https://localhost/x",
        "https://fcm.googleapis.com.evil.example/x", "https://evilpush.apple.com.example/", "https://u@fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x", "http://fcm.googleapis.com/x", "https://evil.example#fcm.googleapis.com/x",
        "https://fcm.googleapis.com\\@evil.example/x", "https://fcm.googleapis.com/x y", "https://fcm.googleapis.com",
        "https://fcm.googleapis.com:port/x", "ftp://fcm.googleapis.com/x", "", "x" * 3000, "https://[::1]/x",
        "https://fcm.googleapis.com/\x00", "https://notpush.apple.com/x", "https://fcm.googleapis.com/" + "x" * 2048,
    ],
)  # fmt: skip
def test_every_other_address_is_refused(endpoint):
    with pytest.raises(endpoints.Refused):
        endpoints.origin(endpoint, allow_loopback=False)


def test_the_loopback_is_allowed_only_where_tests_say_so():
    assert endpoints.origin("http://127.0.0.1:4321/push/x", allow_loopback=True) == "http://127.0.0.1:4321"
    for other in ("http://127.0.0.2:4321/x", "http://localhost:4321/x", "http://10.0.0.1/x"):
        with pytest.raises(endpoints.Refused):
            endpoints.origin(other, allow_loopback=True)


def test_a_name_that_leads_inside_the_network_is_refused_although_the_name_is_allowed(monkeypatch):
    def inside(host, port, **_):
        return [(2, 1, 6, "", ("10.1.2.3", port))]

    monkeypatch.setattr(endpoints.socket, "getaddrinfo", inside)
    with pytest.raises(endpoints.Refused):
        endpoints.addresses("web.push.apple.com", 443, allow_loopback=False)
    with session.GuardedSession(endpoints.origin, allow_loopback=False) as push, pytest.raises(session.requests.ConnectionError):
        push.post("https://web.push.apple.com/abc", data=b"x")


def test_a_browsers_keys_are_taken():
    assert endpoints.check_keys(b64(POINT), b64(os.urandom(16)) + "==")[0] == b64(POINT)


@pytest.mark.parametrize(
    ("p256dh", "auth", "field"),
    [
        ("", b64(b"a" * 16), "p256dh"),
        ("AAAA", b64(b"a" * 16), "p256dh"),
        (b64(b"\x04" + b"\x01" * 64), b64(b"a" * 16), "p256dh"),
        (b64(b"\x02" + POINT[1:33]), b64(b"a" * 16), "p256dh"),
        ("ключ", b64(b"a" * 16), "p256dh"),
        (b64(POINT), "", "auth"),
        (b64(POINT), b64(b"a" * 15), "auth"),
        (b64(POINT), "a/+=", "auth"),
    ],
    # The keys are drawn anew in each process, and every process must call a test by the same name.
    ids=["none", "short", "not on the curve", "compressed", "not base64", "no secret", "short secret", "wrong alphabet"],
)
def test_keys_that_would_fail_every_send_are_refused_when_saved(p256dh, auth, field):
    with pytest.raises(endpoints.Refused) as refused:
        endpoints.check_keys(p256dh, auth)
    assert refused.value.field == field

"""What is sent can be read by the phone it was sent to, and by nobody else: RFC 8291 and RFC 8292 by their own examples."""

from __future__ import annotations

import base64

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from server.alerts import vapid
from tests.harness import push_service
from tests.harness.push_service import b64, unb64

# RFC 8291, Appendix A.
PLAIN = unb64("V2hlbiBJIGdyb3cgdXAsIEkgd2FudCB0byBiZSBhIHdhdGVybWVsb24")
SENDER, RECEIVER = unb64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), unb64("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")
RECEIVER_PUBLIC = unb64("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
SALT, AUTH = unb64("DGv6ra1nlYgDCS1FRnbzlw"), unb64("BTBZMqHH6r4Tts7J_aSIgg")
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95b"
    "Qpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def key(raw: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())


def test_the_library_that_encrypts_our_messages_reproduces_the_example_of_rfc_8291():
    made = http_ece.encrypt(
        PLAIN, salt=SALT, private_key=key(SENDER), dh=RECEIVER_PUBLIC, auth_secret=AUTH, version="aes128gcm"
    )
    assert b64(made) == BODY


def test_the_push_service_of_these_tests_reads_the_example_of_rfc_8291_by_itself():
    assert push_service.decrypt(unb64(BODY), key(RECEIVER), RECEIVER_PUBLIC, AUTH) == PLAIN


@pytest.mark.parametrize("spoil", [0, 20, 30, 90, -1])
def test_a_message_that_was_altered_on_the_way_is_not_read(spoil):
    body = bytearray(unb64(BODY))
    body[spoil] ^= 1
    with pytest.raises(ValueError):
        push_service.decrypt(bytes(body), key(RECEIVER), RECEIVER_PUBLIC, AUTH)


@pytest.mark.parametrize("good", ["mailto:alerts@larkfield.example", "https://larkfield.example/contact"])
def test_a_contact_address_that_push_services_take_is_taken(good):
    vapid.check_subject(good)


@pytest.mark.parametrize(
    "bad",
    ["", "alerts@larkfield.example", "mailto:", "mailto:x@localhost", "mailto:x@home.local", "mailto:a@b@c.org", "http://a.org",
     "https://localhost/x", "https://192.168.0.1/", "https://[::1]/", "https://tidemark.invalid", "mailto:<a@b.org>"],
)  # fmt: skip
def test_a_contact_address_that_iphones_would_refuse_stops_the_start(bad):
    with pytest.raises(vapid.BadSubject):
        vapid.check_subject(bad)


def test_each_message_gets_claims_of_its_own():
    one, two = (vapid.claims("mailto:a@b.org", origin, 1_000_000) for origin in ("https://one.example", "https://two.example"))
    assert one is not two and one["aud"] != two["aud"]
    assert one["exp"] - 1_000_000 == 4 * 3600


def test_keys_are_written_without_padding():
    assert base64.urlsafe_b64decode(vapid._new()["public"] + "=")[0] == 4

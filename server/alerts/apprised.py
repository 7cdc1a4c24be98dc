"""Messages through Apprise, held to the same checks as push: a few services, and one door for every request that it makes.

Apprise's plugins call `requests` by themselves, follow redirects and trust the environment. In the few that are allowed
here that name is our own: it hands each request to the `GuardedSession` of the thread, so no plugin has another way out.
"""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime
from types import ModuleType, SimpleNamespace
from urllib.parse import urlsplit

import requests
from apprise import AppriseAsset, NotifyType
from apprise.plugins import clicksend, custom_json, ntfy, opsgenie, pagerduty, pushover, slack, twilio, workflows

from server.alerts import classify, endpoints
from server.alerts.session import GuardedSession

#: The schemes that a home may use: team chats, text messages and on-call services, each over https.
SCHEMES: dict[str, type] = {
    "workflows": workflows.NotifyWorkflows,  # Microsoft Teams
    "slack": slack.NotifySlack,
    "twilio": twilio.NotifyTwilio,
    "clicksend": clicksend.NotifyClickSend,
    "pover": pushover.NotifyPushover,
    "pagerduty": pagerduty.NotifyPagerDuty,
    "opsgenie": opsgenie.NotifyOpsgenie,
    "ntfys": ntfy.NotifyNtfy,
    "jsons": custom_json.NotifyJSON,
}
#: Those in which the person who enters the address names the host.
OWN_HOST = ("ntfys", "jsons", "workflows")
# Only for tests, and only to the loopback.
_PLAIN = {"json": custom_json.NotifyJSON}
_here = threading.local()
# Its log lines name targets; what became of a message stands in our own delivery log.
logging.getLogger("apprise").disabled = True


def check(target: str, *, allow_loopback: bool) -> None:
    """Raise `endpoints.Refused("target")` unless messages can be sent to this Apprise address."""
    _plugin(target, allow_loopback)


def send(target: str, title: str, body: str, *, allow_loopback: bool, timeout_s: tuple[float, float]) -> classify.Verdict:
    """Send one message and judge what came back. Raises `endpoints.Refused`, `requests.RequestException`."""
    plugin = _plugin(target, allow_loopback)
    _here.answer = _here.error = None
    with GuardedSession(endpoints.public, allow_loopback=allow_loopback, timeout_s=timeout_s) as _here.session:
        taken = plugin.notify(body=body, title=title, notify_type=NotifyType.WARNING)
    if _here.error is not None:
        raise _here.error  # the plugin has swallowed it
    if _here.answer is None:
        return classify.Verdict(classify.NOT_SENT, reason="nothing_sent")
    status, text, retry_after = _here.answer
    verdict = classify.answer(status, text, retry_after, datetime.now(UTC))
    if verdict.what == classify.ACCEPTED and not taken:
        return classify.Verdict(classify.BAD_MESSAGE, status, reason="refused")  # 200 and an error in words
    return verdict


def _plugin(target: str, allow_loopback: bool):
    try:
        parts = urlsplit(target)
        scheme, host = parts.scheme.lower(), parts.hostname or ""
    except ValueError:
        raise endpoints.Refused("target") from None
    known = SCHEMES | _PLAIN if allow_loopback else SCHEMES
    if scheme not in known or any(letter.isspace() for letter in target):
        raise endpoints.Refused("target")
    if scheme == "json" and host != endpoints.LOOPBACK:
        raise endpoints.Refused("target")
    # `ntfys://topic` names no host; what has a dot in it is one.
    if scheme in OWN_HOST and ("." in host or scheme != "ntfys"):
        endpoints.public(f"https://{host}/", allow_loopback=False)
    asset = AppriseAsset(http_redirects=False, secure_logging=True, app_id="Tidemark", async_mode=False)
    try:
        made = known[scheme](**known[scheme].parse_url(target), asset=asset)
    except Exception:  # whatever a plugin makes of an address that it cannot read
        raise endpoints.Refused("target") from None
    made.request_rate_per_sec = 0  # our own pauses hold, and no sender sleeps
    return made


def _request(method: str, url: str, **options) -> requests.Response:
    options.pop("allow_redirects", None)
    try:
        answer = _here.session.request(method, url, **options)
    except endpoints.Refused as refused:
        _here.error = refused
        raise requests.exceptions.InvalidURL("refused") from refused
    except requests.RequestException as error:
        _here.error = error
        raise
    _here.answer = (answer.status_code, answer.text, answer.headers.get("Retry-After"))
    return answer


def _only_through_us(module: ModuleType) -> None:
    def asking(method: str):
        return lambda url, **options: _request(method, url, **options)

    methods = {name: asking(name.upper()) for name in ("get", "post", "put", "delete", "patch", "head")}
    module.requests = SimpleNamespace(
        request=_request, codes=requests.codes, exceptions=requests.exceptions, RequestException=requests.RequestException, **methods
    )


for _module in (clicksend, custom_json, ntfy, opsgenie, pagerduty, pushover, slack, twilio, workflows):
    _only_through_us(_module)

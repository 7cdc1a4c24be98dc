"""Something that the server itself states, in a served Tidemark: for what no tablet may write.

    sample = state(tidemark, home["id"], "shift_sample", {"shift": "2026-11-22/day", …})   # the record's id
"""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from typing import Any

from server import clock, create_app
from server.people import store
from server.records import intake
from tests.harness.processes import REPOSITORY, Installation


def state(tidemark: Installation, home: str, kind: str, fields: dict[str, Any]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.harness.by_tidemark", home, kind, json.dumps(fields)],
        cwd=REPOSITORY, env=tidemark.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def main() -> None:
    home, kind, fields = sys.argv[1:]
    with create_app().app_context():
        id_, now = uuid.uuid4(), clock.now_ms()
        statement = intake.Statement(record=id_, id=id_, kind=kind, fields=json.loads(fields), occurred_ms=now)
        (result,) = intake.write(store.home_by_uuid(uuid.UUID(home)).id, [statement], now_ms=now, origin="system")
        assert result.status == "accepted", result
    print(id_)


if __name__ == "__main__":
    main()

"""The application as `server.wire` makes it, made once: whatever is forked from a process that has imported this stands on its own copy."""

from __future__ import annotations

import server

APP = server.wire()

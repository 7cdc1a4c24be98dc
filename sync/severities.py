"""How grave an alert is, mildest first (kinds.md, Alerts)."""

NUDGE, SENIOR, URGENT, CRITICAL = "nudge", "senior", "urgent", "critical"
SEVERITIES = (NUDGE, SENIOR, URGENT, CRITICAL)

"""The thirteen roles, and the groups of them that the rules speak of (kinds.md)."""

from __future__ import annotations

SUPPORT_WORKER = "support_worker"
SENIOR_CARER = "senior_carer"
SHIFT_LEADER = "shift_leader"
DUTY_MANAGER = "duty_manager"
KEY_WORKER = "key_worker"
NUTRITION_LEAD = "nutrition_lead"
CARE_COORDINATOR = "care_coordinator"
ROTA_COORDINATOR = "rota_coordinator"
DEPUTY_MANAGER = "deputy_manager"
REGISTERED_MANAGER = "registered_manager"
PROVIDER_QUALITY_LEAD = "provider_quality_lead"
PROVIDER_LEAD = "provider_lead"
NOMINATED_INDIVIDUAL = "nominated_individual"

ROLES = (
    SUPPORT_WORKER, SENIOR_CARER, SHIFT_LEADER, DUTY_MANAGER, KEY_WORKER, NUTRITION_LEAD, CARE_COORDINATOR,
    ROTA_COORDINATOR, DEPUTY_MANAGER, REGISTERED_MANAGER, PROVIDER_QUALITY_LEAD, PROVIDER_LEAD, NOMINATED_INDIVIDUAL,
)  # fmt: skip

# Tidemark itself: the author of what followers and the server write. No person holds it, no grant names it.
TIDEMARK = "tidemark"

# "and above" in kinds.md.
AND_ABOVE = frozenset({DEPUTY_MANAGER, REGISTERED_MANAGER, PROVIDER_QUALITY_LEAD, PROVIDER_LEAD, NOMINATED_INDIVIDUAL})
MANAGERS = AND_ABOVE | {DUTY_MANAGER}
# Who looks from outside the home: trends, assurance and challenge.
PROVIDER = frozenset({PROVIDER_QUALITY_LEAD, PROVIDER_LEAD, NOMINATED_INDIVIDUAL})
LEADS = frozenset({NUTRITION_LEAD, CARE_COORDINATOR, ROTA_COORDINATOR})

# Who may decide between two versions of an entry (protocol.md, Merge).
DECIDERS = MANAGERS | {SENIOR_CARER, SHIFT_LEADER}

# Who writes the set-up kinds (kinds.md, *By*).
PLANNERS = frozenset({SENIOR_CARER, SHIFT_LEADER, DUTY_MANAGER, NUTRITION_LEAD, CARE_COORDINATOR}) | AND_ABOVE
PLANNERS_OF_ROTA = frozenset({ROTA_COORDINATOR, SHIFT_LEADER, DUTY_MANAGER}) | AND_ABOVE
GOVERNORS = LEADS | AND_ABOVE

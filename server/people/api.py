"""How the API describes its bodies, answers and refusals."""

from __future__ import annotations

from server.people.schemas import ProblemOut


def body(schema) -> dict:
    """How a JSON body is documented."""
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def problem(description: str) -> dict:
    """How a refusal is documented."""
    return {"description": description, "content": {"application/problem+json": {"schema": ProblemOut}}}


def done(description: str, schema) -> dict:
    """How an answer is documented."""
    return {"description": description, "content": {"application/json": {"schema": schema}}}

"""Identity records for tests of other commands."""

from __future__ import annotations

from tests.conftest import Run


def create(run: Run, noun: str, *argv: str) -> str:
    """Create a record with `imagectl` and return its id."""
    made = run(*noun.split(), "create", *argv, "-f", "json").json
    return str(made.get("id") or made["ID"])

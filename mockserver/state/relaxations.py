"""The checks of the real services that ``--loose`` relaxes, and only it does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Relaxation:
    """A check that a loose cloud does not make.

    ``effect`` says what is allowed then. ``operation``, where there is one, is the
    operation of Glance's policy that members are allowed beside administrators.
    """

    name: str
    effect: str
    operation: str | None = None


RELAXED = (
    Relaxation("image-format", "data need not be of its image's disk format"),
    Relaxation("publicize", "members may make images public", "publicize_image"),
    Relaxation("copy", "members may copy their images to stores", "copy_image"),
)


def describe() -> str:
    """Return one line that lists all relaxations, for help texts."""
    return "; ".join(f"{one.effect} ({one.name})" for one in RELAXED)

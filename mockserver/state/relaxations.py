"""The checks that ``--loose`` relaxes. Without it, none is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Relaxation:
    """A check of the real services that need not be passed.

    ``operation`` is the image service's, where members may then do what only
    administrators do.
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
    """Return what is relaxed, in a line."""
    return "; ".join(f"{one.effect} ({one.name})" for one in RELAXED)

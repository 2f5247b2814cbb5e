"""YAML that a user wrote, read within limits.

An alias repeats what it stands for without taking room in the text: a few lines can
stand for gigabytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

MAX_BYTES = 4 << 20
MAX_NODES = 200_000
MAX_DEPTH = 100


def read_text(path: Path) -> str:
    """Return the text of a file; raises ValueError for one that is too long."""
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"it is longer than {MAX_BYTES >> 20} MiB")
    return content.decode("utf-8-sig")


def load_yaml(text: str, loader_class: Any) -> Any:
    """Return the content of a YAML text; raises ValueError if it is malformed.

    What PyYAML raises, :class:`yaml.MarkedYAMLError`, is among its causes.
    """
    import yaml

    try:
        loader = loader_class(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            _count(node, {}, 0)
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f"line {mark.line + 1}: " if mark else ""
        raise ValueError(f"{line}{error.problem}") from error
    except (yaml.YAMLError, TypeError) as error:
        reason = getattr(error, "reason", None) or str(error)
        raise ValueError(" ".join(str(reason).split())) from error
    except RecursionError:
        raise ValueError(f"it has more than {MAX_DEPTH} levels") from None


def _count(node: Any, known: dict[int, int], depth: int) -> int:
    """Return how many values a node stands for, those behind aliases each time."""
    if depth > MAX_DEPTH:
        raise ValueError(f"it has more than {MAX_DEPTH} levels")
    if id(node) not in known:
        known[id(node)] = MAX_NODES  # until it is known: an alias within itself
        children = node.value if isinstance(node.value, list) else ()
        flat = [c for child in children for c in _parts(child)]
        known[id(node)] = 1 + sum(_count(child, known, depth + 1) for child in flat)
    if known[id(node)] >= MAX_NODES:
        raise ValueError(f"it stands for more than {MAX_NODES:,} values")
    return known[id(node)]


def _parts(child: Any) -> tuple[Any, ...]:
    """Return the key and the value of a mapping's entry, or an item of a list."""
    return child if isinstance(child, tuple) else (child,)

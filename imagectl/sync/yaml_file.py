"""Read YAML files, with scalars as texts and without duplicate keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from imagectl.config.yaml_text import load_yaml, read_text
from imagectl.errors import UsageError


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file.

    Every scalar is the text as written: ``24.10`` is not a number, ``yes`` not a
    boolean. Merge keys (``<<``) work as usual. Raises :class:`UsageError` for invalid
    YAML, for a key that occurs twice and for anything but a mapping, and
    :class:`OSError` if the file cannot be read.
    """
    import yaml

    class TextLoader(yaml.SafeLoader):
        # Resolve nothing but the merge key: no numbers, dates or booleans.
        yaml_implicit_resolvers = {"<": yaml.SafeLoader.yaml_implicit_resolvers["<"]}

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            seen = set()
            for key, _ in node.value:
                word = str(key.value)
                if word in seen:
                    problem = f"{word} stands twice"
                    mark = key.start_mark
                    raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
                seen.add(word)
            return super().construct_mapping(node, deep)

    if path.exists() and not (path.is_file() or _is_open_already(path)):
        raise UsageError(f"{path} is no regular file")
    try:
        content = load_yaml(read_text(path), TextLoader)
    except ValueError as error:
        reason = str(error)
        sign = ", " if reason.startswith("line ") else ": "
        raise UsageError(f"{path}{sign}{reason}") from None
    if not isinstance(content, dict):
        raise UsageError(f"{path} is no mapping with the key images")
    return content


def _is_open_already(path: Path) -> bool:
    """Tell whether somebody writes to a pipe: ``<(...)`` of a shell, or a redirection.

    Any other named pipe might never be written to.
    """
    return str(path).startswith(("/dev/fd/", "/dev/stdin", "/proc/self/fd/"))

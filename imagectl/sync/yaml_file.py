"""Read YAML files, with scalars as texts and without duplicate keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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

    try:
        content = yaml.load(path.read_text(encoding="utf-8"), TextLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise UsageError(f"{path}{line}: {error.problem}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise UsageError(f"{path} is no mapping with the key images")
    return content

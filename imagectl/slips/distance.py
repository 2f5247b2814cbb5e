"""How far a word is from another, and which of several are near."""

from __future__ import annotations

from collections.abc import Iterable

MOST_SHOWN = 3
MOST_SLIPS = 20
"""Words that are further apart are never taken for one another."""


def distance(one: str, other: str) -> int:
    """Return how many slips lead from one word to the other.

    A slip is a letter too many, missing or wrong, or two neighbours exchanged. Words
    that differ much in length are not compared further: a word may be very long.
    """
    longer = abs(len(one) - len(other))
    if longer > MOST_SLIPS:
        return longer
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, right in enumerate(other, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != right))
            if i > 1 and j > 1 and one[i - 2] == right and letter == other[j - 2]:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def slip_cost(word: str, right: str) -> int:
    """Return the distance of two words; a beginning of a word costs one slip."""
    if len(word) >= 2 and right.startswith(word) and word != right:
        return 1
    return distance(word, right)


def find_near(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words that may be meant by ``word``, the nearest first."""
    typed = _plain(word)
    costs = {right: _cost(typed, _plain(right)) for right in known}
    bearable = max(1, len(typed) // 3)
    near = [right for right, cost in costs.items() if cost <= bearable]
    return sorted(near, key=lambda right: (costs[right], _begins_apart(typed, right)))


def _begins_apart(typed: str, right: str) -> tuple[bool, int, str]:
    return not _plain(right).startswith(typed[:1]), len(right), right


def _plain(word: str) -> str:
    return word.lower().strip("-").replace("_", "-")


def _cost(typed: str, right: str) -> int:
    """Return the distance; a part that stands between hyphens costs one slip."""
    if typed != right and min(len(typed), len(right)) >= 3:
        if typed.startswith(right) or right.startswith(typed):
            return 1
        if right == f"os-{typed}" or typed.endswith(f"-{right}"):
            return 1
        if right.endswith(f"-{typed}") and not right.startswith("os-"):
            return 1
    return distance(typed, right)


def did_you_mean(right: Iterable[str]) -> str:
    """Return the hint that names the first few of ``right``."""
    return f"did you mean {', '.join([*right][:MOST_SHOWN])}?"


def hint_among(word: str, known: Iterable[str], all_of_them: str) -> str:
    """Return a hint that names what is near ``word`` before it lists all that is."""
    near = find_near(word, known)
    return f"{did_you_mean(near)} {all_of_them}" if near else all_of_them

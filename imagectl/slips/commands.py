"""Answers a command that does not exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from imagectl.slips.distance import did_you_mean, distance, slip_cost
from imagectl.slips.secrets import without_secrets
from imagectl.slips.spellings import (
    COMMANDS,
    FOREIGN_NOUNS,
    FOREIGN_PROGRAMS,
    NOUNS,
    OUR_NAMES,
    VERBS,
)

BY_DEFAULT = "image"
"""The noun of a verb that stands alone."""
KNOWN_SPELLING, MADE_UP = 0.5, 1.5
"""What it costs to say otherwise: where no command of ours has the word in that place,
and where one has."""
BEARABLE = 2


class Answer(NamedTuple):
    message: str
    hint: str


def answer(typed: Sequence[str], names: Iterable[str]) -> Answer:
    """Return what to say of a command line that begins with no command.

    ``names`` are those of all commands.
    """
    typed, known = without_secrets(typed), sorted(names)
    said = " ".join(typed)
    program = typed[0]
    if program in FOREIGN_PROGRAMS:
        return _of_another_service(said, FOREIGN_PROGRAMS[program])
    plain = _without_options(typed[program in OUR_NAMES :], known)
    words = _split(plain)
    if plain and "-" in plain[0] and plain[0] in COMMANDS:
        return _unknown(said, did_you_mean([COMMANDS[plain[0]]]))
    if "help" in words[1:]:
        rest = [word for word in words if word != "help"]
        return _unknown(said, did_you_mean([" ".join(["help", *rest])]))
    right = find_commands(words, known)
    foreign = find_foreign(words, known)
    if foreign and not (right and " ".join(words) in COMMANDS):
        noun, service = foreign
        rest = words[len(noun.split()) :]
        return _of_another_service(said, service, " ".join([noun, *rest]))
    group, following = find_group(words, known)
    is_whole = group == " ".join(words)
    is_longer = " " in group and " ".join(words).startswith(f"{group} ")
    if is_longer and group.split()[-1] not in VERBS and not _whole(words, known):
        right = [name for name in right if name.startswith(f"{group} ")]
    if right and " ".join(words) in COMMANDS:
        return _unknown(said, did_you_mean(right))
    if right and is_whole and words[-1] in VERBS:
        begun = (name for name in known if name.startswith(f"{group} "))
        right = [*dict.fromkeys([*right, *begun])]
    elif following and (is_whole or len(words) == 1 or not right):
        listed = f"{group} takes: {', '.join(following)}"
        if group == said:
            return Answer(f"'{said}' is not a whole command", listed)
        is_begun = said.startswith(f"{group} ")
        return _unknown(said, listed if is_begun else f"did you mean {group}? {listed}")
    return _unknown(said, did_you_mean(right) if right else "see imagectl --help")


def _without_options(typed: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the words without options: also without their values, if that helps."""
    words = [word for word in typed if not word.startswith("-")]
    pairs = zip(["", *typed], typed, strict=False)
    bare = [word for before, word in pairs if not {before[:1], word[:1]} & {"-"}]
    is_command = any(f"{' '.join(bare)} ".startswith(f"{name} ") for name in names)
    return bare if is_command else words


def _unknown(said: str, hint: str) -> Answer:
    return Answer(f"'{said}' is not an imagectl command", hint)


def _of_another_service(said: str, service: str, command: str = "") -> Answer:
    return Answer(
        f"'{said}' belongs to {service}; imagectl has images and identities",
        f"use openstack {command}".rstrip(),
    )


def _split(words: Iterable[str]) -> list[str]:
    """Return the words in lower case; ``image-list`` is two."""
    parts = (part for w in words for part in w.lower().replace("_", "-").split("-"))
    return [part for part in parts if part.strip()]


def find_foreign(words: Sequence[str], names: Sequence[str]) -> tuple[str, str] | None:
    """Return the noun of another service that is meant, and the service."""
    if not words:
        return None
    ours = {name.split()[0] for name in names} | NOUNS.keys()
    if {words[0], words[0].removesuffix("s")} & ours:
        ours_cost = 0
    else:
        ours_cost = min(distance(words[0], noun) for noun in ours)
    found = []
    for service, nouns in FOREIGN_NOUNS.items():
        for noun in nouns:
            typed = " ".join(words[: len(noun.split())])
            cost = min(distance(typed, noun), distance(typed.removesuffix("s"), noun))
            is_near = cost <= (len(noun) >= 4) and cost < max(ours_cost, 1)
            if is_near or (" " in noun and not cost):
                found.append((cost, -len(noun), noun, service))
    return min(found)[2:] if found else None


def find_group(words: Sequence[str], names: Sequence[str]) -> tuple[str, list[str]]:
    """Return the beginning of commands that ``words`` are or begin with.

    With it come the words that may follow it.
    """
    if not words:
        return "", []
    typed = list(_with_our_nouns(words, names))
    if len(words) == 1:
        nouns = {name.split()[0] for name in names if " " in name}
        near = min((slip_cost(words[0], noun), noun) for noun in nouns)
        single = (slip_cost(words[0], name) for name in names if " " not in name)
        if near[0] <= min(*single, max(1, len(words[0]) // 3)):
            typed.append([near[1]])
    for count in range(max(map(len, typed), default=0), 0, -1):
        for reading in typed:
            group = " ".join(reading[:count])
            begun = [n for n in names if n.startswith(f"{group} ")]
            if begun and len(reading) >= count:
                return group, sorted({name.split()[count] for name in begun})
    return "", []


def find_commands(words: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the commands that may be meant by ``words``, the likeliest first."""
    if not words:
        return []
    otherwise = _whole(words, names)
    if otherwise:
        return [otherwise]
    costs: dict[str, float] = {}
    is_noun = any(name.split()[0] == words[0] for name in names)
    for reading, said_otherwise in readings(words, names):
        for name in names:
            if is_noun and not said_otherwise and name.split()[0] != words[0]:
                continue
            cost = said_otherwise + _cost(reading, name)
            if cost <= _bearable(name):
                costs[name] = min(cost, costs.get(name, cost))
    least = min(costs.values(), default=BEARABLE)
    for verb in VERBS.get(words[1], ()) if least > KNOWN_SPELLING and words[1:] else ():
        plain, _, option = f"{words[0]} {verb}".partition(" --")
        if option and plain in names:
            return [f"{plain} --{option}"]
    near = [name for name, cost in costs.items() if cost <= least + 1]
    return sorted(near, key=lambda name: (costs[name], _order(words, name), name))


def _bearable(name: str) -> int:
    return max(BEARABLE, len(name) // 5)


def _order(words: Sequence[str], name: str) -> int:
    """Return where a name stands among the synonyms of the verb that was typed."""
    verbs = [verb for word in words for verb in VERBS.get(word, ())]
    verb = name.split()[-1]
    return verbs.index(verb) if verb in verbs else len(verbs)


def _whole(words: Sequence[str], names: Iterable[str]) -> str:
    """Return the command that is said in other words than a noun and a verb."""
    is_noun = any(name.startswith(f"{words[0]} ") for name in names)
    for count in range(len(words), 0, -1):
        otherwise = COMMANDS.get(" ".join(words[:count]), "")
        if otherwise and (count > 1 or len(words) == 1 or not is_noun):
            return otherwise
    return ""


def readings(
    words: Sequence[str], names: Sequence[str]
) -> Iterator[tuple[list[str], float]]:
    """Yield ``words``, and what other programs' words in them are here.

    Each has its cost, which is 0 for the words themselves.
    """
    yield list(words), 0
    firsts = {name.split()[0] for name in names}
    for reading in _with_our_nouns(words, names):
        yield from _with_our_verbs(reading, reading[0] != words[0], names)
    if words[0] in VERBS or any(words[0] == name.split()[-1] for name in names):
        yield from _verb_first(words, names)
    elif len(words) == 1 or words[1] in firsts:
        yield [words[1] if len(words) > 1 else BY_DEFAULT, words[0]], 1


def _with_our_nouns(words: Sequence[str], names: Iterable[str]) -> Iterator[list[str]]:
    """Yield ``words`` with the nouns that the first may stand for here."""
    firsts = {name.split()[0] for name in names}
    singular = words[0].removesuffix("s")
    nouns = [noun for noun in (words[0], singular) if noun in firsts]
    nouns += [NOUNS[noun] for noun in (words[0], singular) if noun in NOUNS]
    for noun in dict.fromkeys(nouns or [words[0]]):
        yield [*noun.split(), *words[1:]]


def _verb_first(
    words: Sequence[str], names: Sequence[str]
) -> Iterator[tuple[list[str], float]]:
    """Yield readings of ``list images`` and ``list``."""
    noun = words[1] if len(words) > 1 else BY_DEFAULT
    firsts = {name.split()[0] for name in names}
    for one in (noun, noun.removesuffix("s"), NOUNS.get(noun.removesuffix("s"), noun)):
        if one.split()[0] in firsts:
            yield from _with_our_verbs([*one.split(), words[0]], True, names)
            return
    if len(words) > 1:
        yield from _with_our_verbs([BY_DEFAULT, words[0], *words[1:]], True, names)


def _with_our_verbs(
    words: Sequence[str], is_otherwise: bool, names: Sequence[str]
) -> Iterator[tuple[list[str], float]]:
    if is_otherwise:
        yield list(words), KNOWN_SPELLING
    for place, word in enumerate(words[1:], 1):
        before = words[:place]
        begun = " ".join([*before, word])
        is_ours = any(f"{name} ".startswith(f"{begun} ") for name in names)
        for verb in (verb for verb in VERBS.get(word, ()) if " --" not in verb):
            cost = MADE_UP if is_ours else KNOWN_SPELLING
            yield [*before, *verb.split(), *words[place + 1 :]], cost


def _cost(reading: Sequence[str], name: str) -> float:
    """Return how many slips lead from the first words to the name of a command."""
    words = name.split()
    count = len(words)
    lengths = range(max(count - 1, 1), min(count + 1, len(reading)) + 1)
    typed = (" ".join(reading[:length]) for length in lengths)
    bearable = _bearable(name)
    costs = [distance(t, name) for t in typed if abs(len(t) - len(name)) <= bearable]
    if len(reading) >= count and reading[0][:1] == words[0][:1]:
        costs.append(sum(map(slip_cost, reading, words)))
    return min(costs, default=bearable + 1)

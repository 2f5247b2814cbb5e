"""Policies in the language of oslo.policy, evaluated without that library.

A check is ``role:admin or (role:reader and system_scope:all)``: terms ``kind:match``
joined by ``and``, ``or``, ``not`` and parentheses. A match may contain a value of the
target, ``user_id:%(target.user.id)s``; the term fails where the target has no such
value. Source: oslo.policy 6, ``_checks.py`` and ``_parser.py``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Credentials = Mapping[str, Any]
"""The caller's attributes, as :attr:`mockserver.callers.callers.Caller.credentials`."""
Target = Mapping[str, Any]
"""What the caller wants to use or change."""
Check = Callable[[Credentials, Target], bool]

_WORD = re.compile(r"\(|\)|[^\s()]*%\([^)]*\)s|[^\s()]+")
_VALUE = re.compile(r"%\(([^)]*)\)s")


@dataclass(frozen=True, slots=True)
class Rule:
    """A check, and the scopes that tokens need to pass it; no scopes means any."""

    check: str
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Policy:
    """A service's rules, by operation, and the checks that ``rule:NAME`` refers to."""

    rules: Mapping[str, Rule]
    parts: Mapping[str, str] = field(default_factory=dict)
    _checks: dict[str, Check] = field(default_factory=dict, compare=False)

    def allows(self, operation: str, credentials: Credentials, target: Target) -> bool:
        """Tell whether the rule of an operation passes.

        Raises KeyError for an operation without a rule.
        """
        rule = self.rules[operation]
        if rule.scopes and scope_of(credentials) not in rule.scopes:
            return False
        return self._check_of(rule.check)(credentials, target)

    def _check_of(self, text: str) -> Check:
        if text not in self._checks:
            self._checks[text] = _Parser(self, text).parse()
        return self._checks[text]

    def part(self, name: str) -> Check:
        """Return the check that ``rule:NAME`` refers to. Raises KeyError."""
        return self._check_of(self.parts[name])


def scope_of(credentials: Credentials) -> str:
    """Return ``system``, ``domain`` or, for all other tokens, ``project``."""
    if credentials.get("system_scope"):
        return "system"
    return "domain" if credentials.get("domain_id") else "project"


class _Parser:
    """A recursive descent parser of one check; ``and`` binds closer than ``or``."""

    def __init__(self, policy: Policy, text: str) -> None:
        self._policy = policy
        self._words = _WORD.findall(text)

    def parse(self) -> Check:
        return self._either() if self._words else lambda credentials, target: True

    def _either(self) -> Check:
        checks = [self._both()]
        while self._take("or"):
            checks.append(self._both())
        return lambda c, t: any(check(c, t) for check in checks)

    def _both(self) -> Check:
        checks = [self._single()]
        while self._take("and"):
            checks.append(self._single())
        return lambda c, t: all(check(c, t) for check in checks)

    def _single(self) -> Check:
        if self._take("not"):
            check = self._single()
            return lambda c, t: not check(c, t)
        if self._take("("):
            check = self._either()
            self._words.pop(0)
            return check
        return self._term(self._words.pop(0))

    def _take(self, word: str) -> bool:
        if self._words and self._words[0].lower() == word:
            self._words.pop(0)
            return True
        return False

    def _term(self, word: str) -> Check:
        kind, _, match = word.partition(":")
        if kind == "rule":
            policy = self._policy
            return lambda c, t: policy.part(match)(c, t)
        if kind == "role":
            return lambda c, t: match.lower() in {r.lower() for r in c["roles"]}
        return _compare(kind, match)


def _compare(kind: str, match: str) -> Check:
    try:
        literal = str(ast.literal_eval(kind))
    except (ValueError, SyntaxError):
        literal = None

    def check(credentials: Credentials, target: Target) -> bool:
        try:
            wanted = _VALUE.sub(lambda m: str(_walk(target, m[1])), match)
            held = literal if literal is not None else str(_walk(credentials, kind))
        except KeyError:
            return False
        return held == wanted

    return check


def _walk(values: Mapping[str, Any], dotted: str) -> Any:
    found: Any = values
    for key in dotted.split("."):
        if not isinstance(found, Mapping):
            raise KeyError(dotted)
        found = found[key]
    return found

"""``implied role``: create, list and delete."""

from __future__ import annotations

from tests.client.support.identity import create
from tests.conftest import Run

PAIR = ("boss", "--implied-role", "reader")


def test_an_implied_role_is_made_listed_and_deleted(run: Run) -> None:
    boss = create(run, "role", "boss")
    reader = run("role", "show", "reader", "-f", "json").json["id"]
    made = run("implied", "role", "create", *PAIR, "-f", "json").json
    assert made == {"implies": reader, "prior_role": boss}
    row = {
        "Prior Role ID": boss,
        "Prior Role Name": "boss",
        "Implied Role ID": reader,
        "Implied Role Name": "reader",
    }
    assert row in run("implied", "role", "list", "-f", "json").json
    done = run("implied", "role", "delete", *PAIR)
    assert (done.exit_code, done.out, done.err) == (0, "", "")
    assert row not in run("implied", "role", "list", "-f", "json").json


def test_the_roles_that_keystone_begins_with_are_listed(run: Run) -> None:
    names = ("-c", "Prior Role Name", "-c", "Implied Role Name")
    listed = run("implied", "role", "list", *names, "-f", "value").out.splitlines()
    assert {"admin manager", "manager member", "member reader"} <= set(listed)


def test_an_unknown_role_is_named(run: Run) -> None:
    done = run("implied", "role", "create", "nothing", "--implied-role", "reader")
    assert (done.exit_code, done.err) == (4, "imagectl: No Role found for nothing\n")


def test_an_implication_is_made_and_ended_once(run: Run) -> None:
    create(run, "role", "boss")
    assert run("implied", "role", "delete", *PAIR).exit_code == 4
    run("implied", "role", "create", *PAIR)
    assert run("implied", "role", "create", *PAIR).exit_code == 5

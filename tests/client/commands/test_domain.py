"""``domain``: create, list, set and delete."""

from __future__ import annotations

from tests.client.support.identity import create
from tests.conftest import Run


def test_create_shows_the_rows_of_openstack(run: Run) -> None:
    shown = run("domain", "create", "lab", "--description", "d", "-f", "json").json
    assert shown == {
        "id": shown["id"],
        "name": "lab",
        "enabled": True,
        "description": "d",
        "options": {},
        "tags": [],
    }


def test_or_show_takes_the_domain_that_is_there(run: Run) -> None:
    domain_id = create(run, "domain", "lab")
    assert create(run, "domain", "lab", "--or-show") == domain_id
    assert run("domain", "create", "lab").exit_code == 5


def test_list_filters_by_name_and_state(run: Run) -> None:
    create(run, "domain", "lab")
    create(run, "domain", "--disable", "old")

    def listed(*argv: str) -> list[str]:
        return run("domain", "list", *argv, "-f", "value", "-c", "Name").out.split()

    assert sorted(listed()) == ["Default", "lab", "old"]
    assert listed("--name", "lab") == ["lab"]
    assert sorted(listed("--enabled")) == ["Default", "lab"]
    assert listed("--disabled") == ["old"]
    row = run("domain", "list", "--name", "lab", "-f", "json").json[0]
    assert list(row) == ["ID", "Name", "Enabled", "Description"]


def test_set_changes_what_it_is_told(run: Run) -> None:
    create(run, "domain", "lab")
    argv = ("--name", "shop", "--description", "d", "--disable", "--immutable")
    assert run("domain", "set", "lab", *argv).exit_code == 0
    shown = run("domain", "show", "shop", "-f", "json").json
    assert (shown["description"], shown["enabled"]) == ("d", False)
    assert shown["options"] == {"immutable": True}


def test_an_immutable_domain_is_changed_once_it_is_not(run: Run) -> None:
    made = run("domain", "create", "--no-immutable", "lab", "-f", "json").json
    assert made["options"] == {"immutable": False}
    run("domain", "set", "--immutable", "lab")
    assert run("domain", "set", "--disable", "lab").exit_code == 3
    assert run("domain", "set", "--no-immutable", "lab").exit_code == 0
    assert run("domain", "set", "--disable", "lab").exit_code == 0
    create(run, "domain", "--immutable", "shop")
    assert run("domain", "set", "--disable", "shop").exit_code == 3


def test_a_domain_goes_once_it_is_disabled(run: Run) -> None:
    create(run, "domain", "lab")
    refused = run("domain", "delete", "lab")
    assert refused.exit_code == 3
    assert "Cannot delete a domain that is enabled" in refused.err
    run("domain", "set", "--disable", "lab")
    assert run("domain", "delete", "lab").exit_code == 0
    assert run("domain", "show", "lab").exit_code == 4

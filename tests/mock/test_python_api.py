"""The Python API: what MockCloud and its faults take, say of themselves and import."""

from __future__ import annotations

import dataclasses
import inspect
import pydoc
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mockserver.cloud import MockCloud
from mockserver.faults.armed import Faults
from mockserver.faults.fault import BadFault, Fault
from mockserver.state.settings import Settings

HEAVY = (
    "sqlalchemy",
    "falcon",
    "cheroot",
    "responses",
    "requests",
    "keystoneauth1",
)


def keywords_of(function: Any) -> dict[str, Any]:
    """Return the defaults of a method's parameters, all of which can be named."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    kinds = {parameter.kind for parameter in parameters}
    assert kinds <= {
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        inspect.Parameter.KEYWORD_ONLY,
    }
    return {parameter.name: parameter.default for parameter in parameters}


def defaults_of(kind: Any) -> dict[str, Any]:
    """Return the defaults of a dataclass's fields."""
    return {
        field.name: field.default
        if field.default_factory is dataclasses.MISSING
        else field.default_factory()
        for field in dataclasses.fields(kind)
    }


def without_spaces(text: str) -> str:
    """Return a text as it was before it was broken into lines, anywhere."""
    return "".join(text.split())


def test_a_cloud_has_a_keyword_for_every_setting() -> None:
    keywords = keywords_of(MockCloud.__init__)
    assert keywords.pop("tokens") is None
    assert keywords == defaults_of(Settings)


def test_a_cloud_takes_a_folder_as_text(tmp_path: Path) -> None:
    cloud = MockCloud(data_dir=str(tmp_path))
    cloud.close()
    assert cloud.settings.data_dir == tmp_path
    assert (tmp_path / "mock.db").exists()


def test_help_on_a_cloud_explains_every_option() -> None:
    shown = pydoc.plain(pydoc.render_doc(MockCloud)).replace("|", "")
    for field in Settings.fields():
        described = field.name + field.metadata["help"]
        assert without_spaces(described) in without_spaces(shown)


def test_importing_the_cloud_loads_no_heavy_library() -> None:
    program = (
        "import sys\n"
        "from mockserver import MockCloud\n"
        "assert MockCloud.__name__ == 'MockCloud'\n"
        f"loaded = set({HEAVY}) & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_fault_has_a_keyword_for_every_setting() -> None:
    assert keywords_of(Faults.add) == defaults_of(Fault)


def test_every_setting_of_a_fault_is_added_as_it_is_given() -> None:
    given: dict[str, Any] = {
        "method": "PUT",
        "path": "/v2/*",
        "after": 1,
        "times": 2,
        "delay_s": 0.5,
        "expire_token": True,
        "status": 503,
        "headers": {"Retry-After": "1"},
        "body": "later",
        "drop": "answer",
        "stall": "request",
        "cut_after": "50%",
        "flip_at": 7,
        "grow_by": -1,
        "of": "request",
    }
    ends_of_bodies = ("end_after", "stall_after", "full_after")
    assert given.keys() | set(ends_of_bodies) == defaults_of(Fault).keys()
    assert Faults().add(**given).fault == Fault(**given)
    for name in ends_of_bodies:
        end: dict[str, Any] = {name: "1%"}
        assert Faults().add(**end).fault == Fault(**end)


def test_help_on_a_fault_explains_every_setting() -> None:
    documented = inspect.getdoc(Faults.add) or ""
    terms = {line for line in documented.splitlines() if line.isidentifier()}
    assert terms == defaults_of(Fault).keys()


def test_a_setting_that_no_fault_has_is_a_type_error() -> None:
    how: dict[str, Any] = {"colour": "red"}
    with pytest.raises(TypeError, match="colour"):
        Faults().add("GET", **how)
    with pytest.raises(BadFault, match="a fault has no colour"):
        Fault.from_document({"method": "GET", **how})


def test_a_fault_survives_the_way_over_http() -> None:
    fault = Fault(path="/v3/*", status=503, headers={"Retry-After": "1"}, after=2)
    assert Fault.from_document(fault.to_document()) == fault
    assert "times" not in fault.to_document()

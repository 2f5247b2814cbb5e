"""The token cache on disk: private files, one per user and scope; errors ignored."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagectl.auth.access import Access, find_endpoint_url
from imagectl.auth.auth_types import open_token_cache
from imagectl.auth.token_cache import (
    TokenCache,
    cache_directory,
    list_cached_tokens,
)
from imagectl.config.clouds import CloudConfig
from imagectl.errors import ImagectlError
from tests.robustness.sizes import size

NOW = 1_800_000_000.0
IDENTITY = {"auth_type": "password", "auth": {"username": "a", "password": "p"}}
ROOTS = {"http://i": "http://i/v2"}

Open = Callable[..., TokenCache]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "imagectl" / "tokens"


@pytest.fixture
def open_at(directory: Path) -> Open:
    def opened(now: float = NOW, **changed: Any) -> TokenCache:
        return TokenCache(directory, {**IDENTITY, **changed}, now=lambda: now)

    return opened


def access(token: str = "t0ken", good_for_s: float = 3600) -> Access:
    return Access(token, {"user": {"id": "u"}}, NOW + good_for_s)


def entries(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.json"))


def test_a_saved_token_is_loaded_with_its_roots(open_at: Open) -> None:
    open_at().save(access(), ROOTS)
    assert open_at().load() == (access(), ROOTS)


def test_an_empty_cache_has_nothing(open_at: Open) -> None:
    assert open_at().load() is None


@pytest.mark.parametrize(
    "changed",
    [
        {"auth": {"username": "a", "password": "other"}},
        {"auth": {"username": "b", "password": "p"}},
        {"auth": {"username": "a", "password": "p", "project_name": "x"}},
        {"auth_type": "v3password"},
    ],
)
def test_another_secret_user_or_scope_is_another_token(
    open_at: Open, changed: dict[str, Any]
) -> None:
    open_at().save(access(), {})
    assert open_at(**changed).load() is None


@pytest.mark.parametrize(("after_s", "is_used"), [(3539, True), (3541, False)])
def test_a_token_in_its_last_minute_is_not_used(
    open_at: Open, after_s: float, is_used: bool
) -> None:
    open_at().save(access(), {})
    assert (open_at(now=NOW + after_s).load() is not None) is is_used


def test_a_token_without_an_end_is_not_kept(open_at: Open, directory: Path) -> None:
    open_at().save(Access("t", {}), {})
    assert entries(directory) == []


def test_files_and_directory_are_the_owner_s_alone(
    open_at: Open, directory: Path
) -> None:
    before = os.umask(0)
    try:
        open_at().save(access(), {})
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_no_name_or_key_gives_the_secret_away(open_at: Open, directory: Path) -> None:
    open_at().save(access(), {})
    (one,) = entries(directory)
    (directory / "key").unlink()
    open_at().save(access(), {})
    assert len({one.name, *(path.name for path in entries(directory))}) == 2


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"token": 1, "body": 2, "good_until": "x"}', "\xff"],
)
def test_a_broken_file_is_ignored_and_replaced(
    open_at: Open, directory: Path, content: str
) -> None:
    open_at().save(access(), {})
    (path,) = entries(directory)
    path.write_text(content, encoding="latin-1")
    assert open_at().load() is None
    open_at().save(access(), {})
    assert open_at().load() is not None


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_a_broken_key_is_replaced(
    open_at: Open, directory: Path, content: bytes
) -> None:
    open_at().save(access(), {})
    (directory / "key").write_bytes(content)
    assert open_at().load() is None
    open_at().save(access(), {})
    assert open_at().load() == (access(), {})


def test_a_file_that_others_may_read_is_not_believed(
    open_at: Open, directory: Path
) -> None:
    open_at().save(access(), {})
    (path,) = entries(directory)
    path.chmod(0o644)
    assert open_at().load() is None


def test_a_link_in_place_of_a_token_is_not_followed(
    open_at: Open, directory: Path, tmp_path: Path
) -> None:
    open_at().save(access(), {})
    (path,) = entries(directory)
    elsewhere = tmp_path / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    assert open_at().load() is None
    open_at().save(access("new"), {})
    assert "new" not in elsewhere.read_text()
    assert not path.is_symlink()


def test_a_linked_directory_is_refused(
    open_at: Open, directory: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    directory.parent.mkdir(parents=True)
    directory.symlink_to(elsewhere)
    open_at().save(access(), {})
    assert list(elsewhere.iterdir()) == []


def test_a_directory_open_to_others_is_closed(open_at: Open, directory: Path) -> None:
    directory.mkdir(parents=True, mode=0o755)
    open_at().save(access(), {})
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_a_directory_that_cannot_be_made_is_no_error(
    open_at: Open, directory: Path
) -> None:
    directory.parent.parent.write_text("a file is in the way")
    open_at().save(access(), {})
    open_at().discard()
    assert open_at().load() is None


def test_a_discarded_token_is_gone(open_at: Open) -> None:
    open_at().save(access(), {})
    open_at().discard()
    assert open_at().load() is None


def test_expired_files_are_pruned_and_good_ones_kept(
    open_at: Open, directory: Path
) -> None:
    open_at(auth_type="old").save(access(good_for_s=100), {})
    open_at(auth_type="good").save(access(good_for_s=5000), {})
    open_at(now=NOW + 200).save(access(), {})
    assert len(entries(directory)) == 2
    assert open_at(auth_type="good").load() is not None


def test_writers_at_once_leave_one_whole_entry(open_at: Open, directory: Path) -> None:
    open_at().save(access(), {})

    def save(number: int) -> None:
        open_at().save(access(f"token-{number}" * 500), {})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(save, range(64)))
    (path,) = entries(directory)
    assert json.loads(path.read_text())["token"].startswith("token-")
    assert {p.name for p in directory.iterdir()} == {path.name, "key"}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"HOME": "/h"}, "/h/.cache/imagectl/tokens"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/x"}, "/x/imagectl/tokens"),
        ({"XDG_CACHE_HOME": "relative"}, None),
        ({}, None),
    ],
)
def test_the_directory_follows_xdg(
    environ: dict[str, str], expected: str | None
) -> None:
    found = cache_directory(environ)
    assert (found and str(found)) == expected


@pytest.mark.parametrize(
    ("config", "is_kept"),
    [
        (CloudConfig("password", {"password": "p"}), True),
        (CloudConfig("v3applicationcredential", {}), True),
        (CloudConfig("v3token", {"token": "t"}), True),
        (CloudConfig("password", {}), False),
        (CloudConfig("v3totp", {"passcode": "1"}), False),
        (CloudConfig("none", {}), False),
        (CloudConfig("admin_token", {"token": "t"}), False),
        (CloudConfig("password", {"password": "p"}, token_cache=False), False),
    ],
)
def test_a_token_is_cached_only_for_credentials_from_settings(
    config: CloudConfig, is_kept: bool
) -> None:
    assert (open_token_cache(config, {"HOME": "/h"}) is not None) is is_kept


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
PATHS = [
    (),
    *((key,) for key in ("token", "body", "good_until", "roots", "auth_url")),
    *(("body", key) for key in ("user", "project", "domain", "roles", "catalog")),
    *(("body", key) for key in ("issued_at", "expires_at", "system")),
    ("body", "user", "id"),
    ("body", "user", "domain"),
    ("roots", "http://i"),
]


def altered(document: Any, path: tuple[str, ...], value: Any) -> Any:
    if not path:
        return value
    inner = document.get(path[0]) or {} if isinstance(document, dict) else {}
    return {**document, path[0]: altered(inner, path[1:], value)}


@pytest.mark.fault(17)
def test_an_entry_of_any_form_is_no_error(
    open_at: Open, directory: Path, cases: Callable[[int], None]
) -> None:
    open_at().save(access(), ROOTS)
    (file,) = entries(directory)
    entry = json.loads(file.read_text())

    @settings(max_examples=size(60, 3000), deadline=None, database=None)
    @given(st.sampled_from(PATHS), ANYTHING)
    def load(path: tuple[str, ...], value: Any) -> None:
        file.write_text(json.dumps(altered(entry, path, value)))
        for loaded in [found[0] for found in [open_at().load()] if found]:
            use(loaded)
        for cached in list_cached_tokens(directory):
            use(cached.access)

    load()
    cases(size(60, 3000))


def use(loaded: Access) -> None:
    """Read everything of a token as commands do."""
    told = [loaded.user_id, loaded.user_name, loaded.user_domain_id, loaded.project_id]
    told += [loaded.project_name, loaded.domain_id, *loaded.roles, loaded.expires_at]
    assert all(text is None or isinstance(text, str) for text in told)
    with contextlib.suppress(ImagectlError):
        find_endpoint_url(loaded, "image", ["public"], None)


@pytest.mark.fault(17)
@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff", b"{", b"[" * 9999, b"null", b'{"token": "a"']
)
def test_an_entry_that_is_no_json_is_an_empty_cache(
    open_at: Open, directory: Path, content: bytes
) -> None:
    open_at().save(access(), ROOTS)
    (file,) = entries(directory)
    file.write_bytes(content)
    assert open_at().load() is None
    assert list(list_cached_tokens(directory)) == []


@pytest.mark.fault(17)
@pytest.mark.parametrize("place", ["entry", "key", "tokens"])
def test_a_directory_in_the_place_of_a_file_is_an_empty_cache(
    open_at: Open, directory: Path, place: str
) -> None:
    open_at().save(access(), ROOTS)
    wrong = {"entry": entries(directory)[0], "key": directory / "key"}.get(place)
    if wrong:
        wrong.unlink()
        wrong.mkdir()
    else:
        shutil.rmtree(directory)
        directory.write_text("no directory")
    assert open_at().load() is None
    assert len(list(list_cached_tokens(directory))) == (place == "key")
    open_at().save(access(), ROOTS)
    open_at().discard()


@pytest.mark.fault(21)
@pytest.mark.parametrize(
    "changed",
    [{"verify": False}, {"verify": "/ca.pem"}, {"cert": "/c"}, {"cert": ("/c", "/k")}],
)
def test_other_tls_settings_are_another_token(
    tmp_path: Path, changed: dict[str, Any]
) -> None:
    auth = {"auth_url": "https://h/v3", "username": "u", "password": "p"}
    environ = {"HOME": str(tmp_path)}
    plain = open_token_cache(CloudConfig("password", auth), environ)
    other = open_token_cache(CloudConfig("password", auth, **changed), environ)
    assert plain and other
    other.save(Access("t", {}, time.time() + 3600), {})
    assert other.load()
    assert plain.load() is None

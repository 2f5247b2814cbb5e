"""``--debug``, ``-v``, ``--timing`` and ``--log-file``, which never show secrets."""

from __future__ import annotations

import json
import logging
import os
import re
import time
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import pytest
from requests import Request

from imagectl.api.answers import explain
from imagectl.http.redaction import (
    MAX_CHARACTERS,
    format_body,
    hash_token,
    redact_document,
    redact_headers,
    redact_url,
    truncate,
)
from imagectl.http.request_log import RequestLog
from imagectl.logs import EscapingFormatter
from mockserver.cloud import MockCloud
from tests.client.support.auth_server import Answer, serve
from tests.conftest import Run

PASSWORD = "hush-hush-hush"


def kept_token(home: Path) -> str:
    (entry,) = home.glob(".cache/imagectl/tokens/*.json")
    return str(json.loads(entry.read_text())["token"])


def test_debug_shows_each_request_and_answer(run: Run, home: Path) -> None:
    outcome = run("--debug", "image", "list", "-f", "json")
    assert outcome.json == []
    lines = outcome.err.splitlines()
    assert [line for line in lines if line.startswith("> POST ")]
    assert f"> X-Auth-Token: {hash_token(kept_token(home))}" in lines
    assert "< HTTP 200 OK" in lines
    assert any(line.startswith('< {"images": []') for line in lines)


def test_debug_shows_neither_password_nor_token(
    run: Run, home: Path, cloud: MockCloud
) -> None:
    created = run("--debug", "user", "create", "--password", PASSWORD, "eve")
    changed = run("--debug", "user", "set", "--password", PASSWORD, "eve")
    issued = run("--debug", "token", "issue")
    told = created.err + changed.err + issued.err
    assert '"password": "***"' in created.err
    assert '"password": "***"' in changed.err
    for secret in (PASSWORD, cloud.settings.admin_password, kept_token(home)):
        assert f'"{secret}"' not in told
        assert f": {secret}\n" not in told


def test_debug_of_keystoneclient_s_calls_is_ours_too(run: Run, home: Path) -> None:
    run("user", "create", "eve")
    outcome = run(
        "--debug", "role", "add", "--user", "eve", "--project", "admin", "member"
    )
    puts = [line for line in outcome.err.splitlines() if line.startswith("> PUT ")]
    assert len(puts) == 1
    assert "curl" not in outcome.err
    assert kept_token(home) not in outcome.err


def test_verbose_says_a_line_for_each_request(run: Run) -> None:
    run("image", "list")
    outcome = run("-v", "-v", "image", "list")
    assert "GET" in outcome.err
    quiet, plain = run("-q", "image", "list"), run("image", "list")
    assert quiet.err == plain.err == ""
    outcome = run("-v", "image", "list")
    (line,) = outcome.err.splitlines()
    assert re.fullmatch(r"GET http://\S+/v2/images\S*: 200 OK in \d+\.\d{3} s", line)


def test_a_log_file_holds_the_exchanges_without_secrets(
    run: Run, home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "log"
    outcome = run("--log-file", path, "image", "list")
    assert outcome.err == ""
    text = path.read_text()
    assert "DEBUG    imagectl.http.request_log > GET http" in text
    assert kept_token(home) not in text


def test_a_log_file_that_cannot_be_written_is_one_line(
    run: Run, tmp_path: Path
) -> None:
    outcome = run("--log-file", tmp_path / "no" / "log", "image", "list")
    assert outcome.exit_code == 2
    assert outcome.err.splitlines()[0].endswith("/no/log: No such file or directory")


def test_timing_is_a_table_on_stderr(run: Run) -> None:
    outcome = run("--timing", "image", "list", "-f", "json")
    assert outcome.json == []
    head, *timed, total = outcome.err.splitlines()
    assert head.split() == ["Request", "Seconds"]
    assert any(line.startswith("POST http") for line in timed)
    assert re.fullmatch(r"Total \(\d requests\) +\d+\.\d{3}", total)


@pytest.mark.parametrize(
    ("document", "shown"),
    [
        (
            {"password": "p", "a": [{"secret": 1}]},
            {"password": "***", "a": [{"secret": "***"}]},
        ),
        ({"token": {"id": "t"}}, {"token": {"id": hash_token("t")}}),
        ({"token": {"methods": ["x"]}}, {"token": {"methods": ["x"]}}),
        (
            {"passcode": "1", "original_password": "o"},
            {"passcode": "***", "original_password": "***"},
        ),
        ({"password_expires_at": "2026"}, {"password_expires_at": "2026"}),
        ({"url": "swift+https://u:p@host/o"}, {"url": "swift+https://***@host/o"}),
        (
            [{"op": "add", "path": "/db_password", "value": "p"}],
            [{"op": "add", "path": "/db_password", "value": "***"}],
        ),
        ({"password": None}, {"password": None}),
    ],
)
def test_a_document_is_shown_without_its_secrets(
    document: object, shown: object
) -> None:
    assert redact_document(document) == shown


def test_headers_that_sign_in_are_hidden() -> None:
    headers = {
        "X-Auth-Token": "t",
        "X-Subject-Token": "t",
        "Authorization": "Basic abc",
        "Set-Cookie": "c=1",
        "Server": "x\x1b[2J",
    }
    assert redact_headers(headers.items()) == [
        ("X-Auth-Token", hash_token("t")),
        ("X-Subject-Token", hash_token("t")),
        ("Authorization", "***"),
        ("Set-Cookie", "***"),
        ("Server", "x\\x1b[2J"),
    ]


def test_a_url_is_shown_without_user_and_signature() -> None:
    assert redact_url("http://u:p@h/x?a=1&temp_url_sig=f") == (
        "http://***@h/x?a=1&temp_url_sig=***"
    )


@pytest.mark.parametrize(
    ("body", "kind", "shown"),
    [
        (None, "", ""),
        (b'{"secret": "s"}', "application/json", '{"secret": "***"}'),
        ("a=1&grant_type=x", "application/x-www-form-urlencoded", "a=***&grant_type=x"),
        (b"<saml/>", "text/xml", "<7 bytes of text/xml>"),
        (
            b"\x00\x01",
            "application/octet-stream",
            "<2 bytes of application/octet-stream>",
        ),
        (iter([b"x"]), "application/octet-stream", "<data>"),
        ([b"x"], "application/octet-stream", "<1 bytes of data>"),
    ],
)
def test_a_body_is_spelt_by_its_kind(body: object, kind: str, shown: str) -> None:
    assert format_body(body, kind) == shown


def test_a_long_body_is_cut() -> None:
    assert truncate("x" * (MAX_CHARACTERS + 1)).endswith(
        f"... ({MAX_CHARACTERS + 1} characters)"
    )


def test_a_request_that_fails_is_timed_too() -> None:
    request_log = RequestLog()

    def fail() -> None:
        raise ConnectionError

    request = Request("GET", "http://h/").prepare()
    with pytest.raises(ConnectionError):
        request_log.record(request, fail, is_streamed=False)  # type: ignore[arg-type]
    assert [(e.method, e.url) for e in request_log] == [("GET", "http://h/")]


TERMINAL = "\x1b]0;owned\x07\x9b2J\u202e"


@pytest.mark.fault(22)
@pytest.mark.parametrize("level", [[], ["-v"], ["--debug"], ["--log-file", "log"]])
def test_no_log_obeys_what_a_service_says(
    run: Run,
    cloud: MockCloud,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    level: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    logging.getLogger("imagectl.http").warning("nothing")
    run(*level, "image", "list")
    logging.getLogger("imagectl.http").warning("one %s\ntwo", TERMINAL)
    outcome = run(*level, "image", "show", TERMINAL)
    told = outcome.err + "".join(p.read_text() for p in tmp_path.glob("log"))
    assert [c for c in told if c != "\n" and not c.isprintable()] == []
    assert "\\x1b]0;owned" in told


@pytest.mark.fault(22)
def test_one_formatter_escapes_all_but_the_ends_of_lines() -> None:
    record = logging.makeLogRecord({"msg": f"a{TERMINAL}\r\nb", "levelno": 20})
    assert EscapingFormatter("%(message)s").format(record) == (
        "a\\x1b]0;owned\\x07\\x9b2J\\u202e\\r\nb"
    )


@pytest.mark.fault(15)
@pytest.mark.parametrize("command", [["image", "list"], ["image", "show", "none"]])
def test_a_full_log_is_told_of_once_and_the_command_goes_on(
    run: Run, command: list[str]
) -> None:
    plain, logged = run(*command), run("--log-file", "/dev/full", *command)
    assert logged.exit_code == plain.exit_code
    assert logged.out == plain.out
    line, *others = logged.err.splitlines()
    assert line == "imagectl: /dev/full cannot be written; the log ends here"
    assert len(others) == len(plain.err.splitlines())


ECHOED = ("hush-hush-1", 'it\'s "odd"', "p\u00e4ss&w\u00f6rd", "back\\slash", "a<b>c")


@pytest.mark.fault(24)
@pytest.mark.parametrize("secret", ECHOED)
@pytest.mark.parametrize("form", ["repr", "json", "html", "plain"])
def test_a_secret_that_an_answer_repeats_is_hidden(
    run: Run, tmp_path: Path, secret: str, form: str
) -> None:
    said = {"repr": repr(secret), "json": json.dumps(secret), "html": escape(secret)}
    text = f"'password': {said.get(form, secret)} is too short"
    kind = "text/html" if form == "html" else "application/json"
    body: Any = text if form == "html" else {"error": {"message": text}}
    answer = Answer(400, body, {"Content-Type": kind})
    log = tmp_path / "log"
    with serve(lambda asked: answer) as server:
        outcome = run(
            *("--debug", "--log-file", log, "--os-identity-endpoint-override"),
            *(f"{server.url}/v3", "user", "create", "eve", "--password", secret),
        )
    assert outcome.exit_code == 1
    for told in (outcome.err, log.read_text()):
        assert "***" in told
        assert secret not in told
        assert repr(secret)[1:-1] not in told


@pytest.mark.fault(24)
def test_no_traceback_shows_a_password_that_is_refused(run: Run) -> None:
    secret = 'p4ss"wörd&<x>%41'
    answer = Answer(400, {"error": {"message": f"bad: {secret}"}})
    with serve(lambda asked: answer) as server:
        url = ("--os-auth-url", f"{server.url}/v3", "--no-token-cache")
        outcome = run("--debug", *url, "--os-password", secret, "image", "list")
    assert outcome.exit_code == 3
    assert "Traceback" in outcome.err
    assert "bad: ***" in outcome.err
    assert secret not in outcome.err


@pytest.mark.fault(21)
def test_insecure_is_warned_of_once(run: Run) -> None:
    outcome = run("--insecure", "image", "list")
    assert outcome.err.count("certificates are not verified") == 1
    assert len(outcome.err.splitlines()) == 1


@pytest.mark.fault(22)
def test_pages_of_brackets_take_no_time(cases: Callable[[int], None]) -> None:
    pages = [text * 50_000 for text in ("<", "<script", "</", "<a ", "&", "&#", "<!--")]
    began_s = time.process_time()
    for page in pages:
        explain(page.encode(), "text/html")
        format_body(page, "text/html")
        redact_url(f"http://{page}?{page}")
    assert time.process_time() - began_s < 2
    cases(len(pages))


@pytest.mark.fault(15)
def test_a_log_pipe_that_nobody_reads_is_not_waited_for(
    run_anonymous: Run, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    outcome = run_anonymous("--log-file", str(pipe), "command", "list")
    assert outcome.exit_code == 2
    assert str(pipe) in outcome.err.splitlines()[0]


@pytest.mark.fault(15)
def test_a_log_pipe_that_is_read_gets_the_log(run: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert run("--log-file", str(pipe), "image", "list").exit_code == 0
    assert b"/v2/images" in os.read(reader, 1 << 16)
    os.close(reader)

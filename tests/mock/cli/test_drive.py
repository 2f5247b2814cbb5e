"""Commands that drive a running mock cloud, such as ``mockserver reset``."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from mockserver.cli.environment import describe, variables_of
from mockserver.cli.main import main
from mockserver.cli.ready_file import write_ready_file
from mockserver.cloud import MockCloud
from tests.mock.support.identity_calls import call, create, sign_in, token_of

Drive = Callable[..., str]


@pytest.fixture
def drive(
    cloud: MockCloud,
    credentials: dict[str, str],
    capfd: pytest.CaptureFixture[str],
) -> Drive:
    """Run one command of mockserver on the cloud, and return what it prints."""

    def run_command(*argv: str) -> str:
        assert main(argv) == 0, capfd.readouterr().err
        return capfd.readouterr().out

    return run_command


def project_names(cloud: MockCloud) -> set[str]:
    return {one["name"] for one in call(cloud, "GET", "/projects").json()["projects"]}


def test_reset_lets_the_cloud_be_as_at_its_start(
    cloud: MockCloud, drive: Drive
) -> None:
    create(cloud, "project", name="later")
    assert drive("reset") == "the cloud is as at its start\n"
    assert project_names(cloud) == {"admin", "service"}


def test_seed_sends_the_files_that_a_seed_names(
    cloud: MockCloud, drive: Drive, tmp_path: Path
) -> None:
    image = {"name": "seeded", "disk_format": "raw", "container_format": "bare"}
    (tmp_path / "image.raw").write_bytes(b"\x80raw")
    (tmp_path / "seed.json").write_text(
        json.dumps({"images": [{**image, "file": "image.raw"}]})
    )
    drive("seed", str(tmp_path / "seed.json"))
    headers = {"X-Auth-Token": token_of(cloud)}
    url = f"{cloud.image_url}/v2/images"
    [made] = requests.get(url, headers=headers).json()["images"]
    assert requests.get(f"{url}/{made['id']}/file", headers=headers).content == (
        b"\x80raw"
    )


def test_seed_loads_metadata_definitions(cloud: MockCloud, drive: Drive) -> None:
    drive("seed", "--metadefs", "samples")
    url = f"{cloud.image_url}/v2/metadefs/namespaces"
    answer = requests.get(url, headers={"X-Auth-Token": token_of(cloud)})
    assert len(answer.json()["namespaces"]) == 3


def test_a_running_cloud_reads_no_file_that_a_seed_names(
    cloud: MockCloud, tmp_path: Path
) -> None:
    for seed in (
        {"images": [{"name": "x", "file": str(tmp_path / "secret")}]},
        {"metadefs": str(tmp_path)},
    ):
        answer = requests.post(f"{cloud.control_url}/seed", json=seed)
        assert answer.status_code == 400
        assert "a running cloud reads no files" in answer.json()["error"]
    pairs = [["name", "x"], ["file", str(tmp_path / "secret")]]
    answer = requests.post(f"{cloud.control_url}/seed", json={"images": [pairs]})
    assert answer.status_code == 400
    assert answer.json()["error"].endswith("it is no object")


def test_snapshots_are_saved_listed_and_restored(
    cloud: MockCloud, drive: Drive
) -> None:
    drive("snapshot", "save", "before")
    create(cloud, "project", name="later")
    assert drive("snapshot", "list") == "before\n"
    drive("snapshot", "restore", "before")
    assert project_names(cloud) == {"admin", "service"}


def test_clock_shows_and_moves_the_time(cloud: MockCloud, drive: Drive) -> None:
    shown = drive("clock", "--set", "2030-01-01T00:00:00Z", "--freeze")
    assert shown == "2030-01-01T00:00:00+00:00 (standing still)\n"
    drive("clock", "--advance", "90")
    assert json.loads(drive("clock", "-f", "json")) == {
        "now": "2030-01-01T00:01:30+00:00",
        "frozen": True,
    }
    drive("clock", "--thaw")
    assert not cloud.clock.is_frozen
    assert cloud.clock.now().year == 2030


def test_journal_prints_exchanges_and_forgets_them(
    cloud: MockCloud, drive: Drive
) -> None:
    requests.get(f"{cloud.identity_url}/v3/no\x1bpe?a=b&my_token=hidden")
    [line] = drive("journal").splitlines()
    assert " identity GET /v3/no%1Bpe?a=b&my_token=*** 404 " in line
    [shown] = json.loads(drive("journal", "-f", "json"))
    assert (shown["method"], shown["status"], shown["fault"]) == ("GET", 404, None)
    assert shown["query"] == "a=b&my_token=***"
    drive("journal", "--clear")
    assert len(cloud.journal) == 0


def test_the_controls_stand_in_no_journal(cloud: MockCloud, drive: Drive) -> None:
    drive("clock")
    drive("fault", "list")
    assert len(cloud.journal) == 0


def test_faults_are_added_listed_and_cleared(cloud: MockCloud, drive: Drive) -> None:
    header = ("--header", "Retry-After: 7")
    added = drive("fault", "add", "GET", "/v3", "--status", "503", *header)
    answer = requests.get(f"{cloud.identity_url}/v3")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert drive("fault", "list") == (
        '1: GET /v3 status=503 headers={"Retry-After": "7"} (hits: 1)\n'
    )
    [shown] = json.loads(drive("fault", "list", "-f", "json"))
    assert (shown["id"], shown["status"], shown["hits"]) == (int(added), 503, 1)
    drive("fault", "add", "--expire-token", "--cut-after", "99.9%")
    drive("fault", "clear", added.strip())
    assert [armed.number for armed in cloud.faults] == [2]
    drive("fault", "clear")
    assert len(cloud.faults) == 0


def test_a_faulty_sign_in_does_not_lock_the_controls_out(
    cloud: MockCloud, drive: Drive
) -> None:
    drive("fault", "add", "--status", "500")
    assert sign_in(cloud).status_code == 500
    drive("fault", "clear")
    assert sign_in(cloud).status_code == 201


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["snapshot", "restore", "nope"], "there is no snapshot 'nope'"),
        (["snapshot", "save", "a/b"], "'a/b' cannot be the name of a snapshot"),
        (["fault", "clear", "7"], "there is no fault 7"),
        (["clock", "--set", "noon"], "no such time: Invalid isoformat string: 'noon'"),
        (["clock", "--advance", "1e30"], "no such time: "),
        (
            ["seed", "bare"],
            "only a cloud that starts takes a seed's addresses and bootstrap",
        ),
        (["seed", "nope"], "cannot read the seed nope: No such file or directory"),
    ],
)
def test_a_refusal_of_the_cloud_is_one_clear_line(
    cloud: MockCloud,
    credentials: dict[str, str],
    argv: list[str],
    message: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert main(argv) == 1
    out, err = capfd.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"mockserver: {message}")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["seed"], "give FILE or --metadefs"),
        (["fault", "add"], "a fault does something: "),
        (["fault", "add", "--cut-after", "101%"], "'101%' is no percentage"),
        (["fault", "add", "--status", "503", "--header", "a"], "'a' is no header"),
        (["clock", "--freeze", "--thaw"], "not allowed with argument"),
    ],
)
def test_a_wrong_command_line_ends_with_usage(
    argv: list[str], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(argv)
    assert left.value.code == 2
    assert message in capfd.readouterr().err


def test_a_cloud_is_found_by_its_ready_file_or_url(
    cloud: MockCloud, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    cloud.clock.freeze()
    file = tmp_path / "ready.json"
    write_ready_file(file, describe(cloud))
    for found in (("--ready-file", str(file)), ("--url", cloud.identity_url)):
        assert main(["clock", *found]) == 0
        assert cloud.clock.now().isoformat() in capfd.readouterr().out


def test_env_says_where_the_controls_are(
    cloud: MockCloud, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["env", "--url", cloud.identity_url]) == 0
    told = variables_of(describe(cloud))["MOCKSERVER_CONTROL_URL"]
    assert told == cloud.control_url
    assert f"export MOCKSERVER_CONTROL_URL={told}\n" in capfd.readouterr().out


def test_no_cloud_is_one_clear_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with MockCloud() as cloud:
        gone = cloud.identity_url
    assert main(["reset", "--url", gone]) == 1
    assert "mockserver: no cloud answers at " in capfd.readouterr().err
    file = tmp_path / "ready.json"
    file.write_text("[]")
    assert main(["reset", "--ready-file", str(file)]) == 1
    assert capfd.readouterr().err == f"mockserver: {file} is no ready file\n"


def ask(cloud: MockCloud, **headers: str) -> int:
    answer = requests.get(f"{cloud.control_url}/clock", headers=headers)
    return answer.status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://page.example.org"},
        {"Origin": "null"},
    ],
)
def test_no_web_page_drives_a_cloud(cloud: MockCloud, headers: dict[str, str]) -> None:
    token = token_of(cloud)
    assert ask(cloud) == 200
    assert ask(cloud, **headers) == 403
    assert ask(cloud, **headers, **{"X-Auth-Token": token}) == 403


@pytest.mark.parametrize(
    "headers",
    [{"Host": "page.example.org"}, {"X-Forwarded-For": "203.0.113.9"}],
    ids=lambda headers: next(iter(headers)),
)
def test_requests_from_elsewhere_need_the_administrator(
    cloud: MockCloud, headers: dict[str, str]
) -> None:
    assert ask(cloud, **headers) == 401
    assert ask(cloud, **headers, **{"X-Auth-Token": token_of(cloud)}) == 200


@pytest.fixture
def public_cloud() -> Iterator[MockCloud]:
    """A cloud that others can reach, asked here by the loopback's address."""
    cloud = MockCloud(admin_password="other")
    cloud.listen("0.0.0.0")
    server = cloud._server
    assert server is not None and server.control_url is not None
    port = urlsplit(server.control_url).port
    server.control_url = f"http://127.0.0.1:{port}/_mock"
    cloud.plane.move(f"http://127.0.0.1:{port}/identity", cloud.image_url)
    yield cloud
    cloud.close()


def test_a_public_cloud_is_driven_by_its_administrator_only(
    public_cloud: MockCloud, capfd: pytest.CaptureFixture[str]
) -> None:
    user = create(public_cloud, "user", name="mia", password="pw")
    projects = call(public_cloud, "GET", "/projects").json()["projects"]
    project = next(one["id"] for one in projects if one["name"] == "service")
    roles = call(public_cloud, "GET", "/roles").json()["roles"]
    member = next(one["id"] for one in roles if one["name"] == "member")
    grant = f"/projects/{project}/users/{user['id']}/roles/{member}"
    assert call(public_cloud, "PUT", grant).status_code == 204
    assert ask(public_cloud) == 401
    assert ask(public_cloud, **{"X-Auth-Token": "no-token"}) == 401
    token = token_of(public_cloud, "mia", "pw", {"project": {"id": project}})
    assert ask(public_cloud, **{"X-Auth-Token": token}) == 401
    assert ask(public_cloud, **{"X-Auth-Token": token_of(public_cloud)}) == 200


def test_the_commands_give_the_password_to_a_cloud_that_asks(
    public_cloud: MockCloud, capfd: pytest.CaptureFixture[str]
) -> None:
    found = ("--url", public_cloud.identity_url)
    public_cloud.faults.add(status=500)
    assert main(["fault", "clear", *found, "--admin-password", "other"]) == 0
    assert len(public_cloud.faults) == 0
    assert main(["reset", *found, "--admin-password", "wrong"]) == 1
    assert capfd.readouterr().err == (
        "mockserver: the password or a token of the administrator is needed\n"
    )


def test_a_request_that_means_nothing_is_refused(cloud: MockCloud) -> None:
    for path, body in (
        ("faults", b"{"),
        ("faults", b"[]"),
        ("faults", b'{"status": 503, "colour": "red"}'),
        ("faults", b'{"status": 99}'),
        ("faults", b'{"drop": "now"}'),
        ("faults", b'{"cut_after": true}'),
        ("faults", b'{"cut_after": 1, "end_after": 2}'),
        ("faults", b'{"delay_s": NaN}'),
        ("snapshots", b'{"name": 1}'),
        ("restore", b"[]"),
        ("seed", b"[]"),
        ("seed", b'{"images": 7}'),
        ("seed", b'{"clock": 7}'),
    ):
        answer = requests.post(f"{cloud.control_url}/{path}", data=body)
        assert answer.status_code == 400, (path, body)
        assert answer.json()["error"]
    assert len(cloud.faults) == 0
    answer = requests.put(f"{cloud.control_url}/clock", data=b'{"tick": 1}')
    assert answer.json() == {"error": "a clock has set, advance_s and frozen"}
    assert requests.get(f"{cloud.control_url}/nope").status_code == 404


@pytest.mark.fault("P32")
@pytest.mark.parametrize(
    ("said", "seconds"),
    [("90", 90), ("90s", 90), ("5m", 300), ("1h30m", 5400), ("1.5d", 129_600)],
)
def test_a_clock_is_advanced_by_units_of_time(
    cloud: MockCloud, said: str, seconds: float
) -> None:
    cloud.clock.freeze()
    before = cloud.clock.now()
    assert main(["clock", "--advance", said, "--url", cloud.identity_url]) == 0
    assert (cloud.clock.now() - before).total_seconds() == seconds


@pytest.mark.fault("P32")
@pytest.mark.parametrize(
    "argv",
    [
        ["clock", "--advance", "5x"],
        ["journal", "--tail", "-1"],
        ["fault", "add", "--status", "5"],
        ["fault", "add", "--nothing"],
        ["snapshot"],
    ],
)
def test_a_wrong_command_line_is_told_in_one_line(
    argv: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(argv)
    assert left.value.code == 2
    assert capfd.readouterr().err.count("\n") == 1


@pytest.mark.fault("P32")
def test_a_snapshot_is_deleted_by_name(
    cloud: MockCloud, capfd: pytest.CaptureFixture[str]
) -> None:
    url = ("--url", cloud.identity_url)
    assert main(["snapshot", "save", "a", *url]) == 0
    assert main(["snapshot", "delete", "a", *url]) == 0
    assert main(["snapshot", "delete", "a", *url]) == 1
    assert capfd.readouterr().err == "mockserver: there is no snapshot 'a'\n"
    assert not list(cloud.plane.snapshots)


@pytest.mark.fault("P32")
def test_a_journal_is_cut_filtered_and_followed(
    cloud: MockCloud,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ask_more(seconds: float) -> None:
        requests.get(f"{cloud.identity_url}/v3/{len(cloud.journal)}")
        if len(cloud.journal) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr("mockserver.cli.drive.pause", ask_more)
    for path in ("/v3", "/v3/regions"):
        requests.get(cloud.identity_url + path)
    url = ("--url", cloud.identity_url)
    assert main(["journal", "--tail", "1", *url]) == 0
    assert "GET /v3/regions" in capfd.readouterr().out
    assert main(["journal", "--path", "/v3", *url]) == 0
    assert capfd.readouterr().out.count("\n") == 1
    assert main(["journal", "--follow", *url]) == 130
    assert capfd.readouterr().out.count("\n") == 3


@pytest.mark.fault("P32")
def test_seed_and_reset_say_what_was_done(
    cloud: MockCloud, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "seed.json"
    file.write_text(json.dumps({"users": [{"name": "a"}, {"name": "b"}]}))
    assert main(["seed", str(file), "--url", cloud.identity_url]) == 0
    assert main(["reset", "--url", cloud.identity_url]) == 0
    said = "added 2 users\nthe cloud is as at its start\n"
    assert capfd.readouterr().out == said


@pytest.mark.fault("P32")
def test_driving_a_cloud_needs_nothing_that_serves_one() -> None:
    script = (
        "import sys\n"
        "for name in ('sqlalchemy', 'falcon', 'cheroot', 'jsonschema'):\n"
        "    sys.modules[name] = None\n"
        "from mockserver.cli.main import main\n"
        "sys.exit(main(['seed', '--metadefs', 'samples', '--url', sys.argv[1]]))\n"
    )
    url = "http://127.0.0.1:9"
    line = [sys.executable, "-c", script, url]
    ended = subprocess.run(line, capture_output=True, text=True)
    assert ended.stderr.startswith(f"mockserver: no cloud answers at {url}")


@pytest.mark.fault("P32")
def test_env_tells_of_a_wrong_password(
    cloud: MockCloud, capfd: pytest.CaptureFixture[str]
) -> None:
    wrong = ["env", "--url", cloud.identity_url, "--admin-password", "wrong"]
    assert main(wrong) == 1
    out, err = capfd.readouterr()
    assert "OS_PASSWORD" not in out
    assert err == (
        f"mockserver: {cloud.identity_url} refuses the password of admin:"
        " give --admin-password\n"
    )

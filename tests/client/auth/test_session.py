"""Sessions: tokens, discovery and refusals, on the mock and on misbehaving servers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from imagectl import __version__
from imagectl.auth.session import Session
from imagectl.config.clouds import CloudConfig, ServiceConfig
from imagectl.errors import AccessError, ImagectlError, ServiceError, UsageError
from imagectl.http.transport import BLOCK_BYTES
from mockserver.cloud import MockCloud
from tests.client.support.auth_server import (
    Answer,
    Asked,
    Scripted,
    serve,
    token_answer,
)


@pytest.fixture
def config(cloud: MockCloud) -> CloudConfig:
    auth = {
        "auth_url": f"{cloud.identity_url}/v3",
        "username": cloud.username,
        "password": cloud.password,
        "project_name": cloud.project_name,
        "user_domain_id": "default",
        "project_domain_id": "default",
    }
    return CloudConfig("password", auth)


@pytest.fixture
def opened() -> Iterator[Callable[..., Session]]:
    sessions: list[Session] = []

    def open_session(config: CloudConfig) -> Session:
        sessions.append(Session(config))
        return sessions[-1]

    yield open_session
    for session in sessions:
        session.close()


Opened = Callable[[CloudConfig], Session]


def journal(cloud: MockCloud) -> list[str]:
    return [f"{e.method} {e.service} {e.status}" for e in cloud.journal]


def test_a_warm_listing_is_one_request(
    cloud: MockCloud, config: CloudConfig, opened: Opened
) -> None:
    cold = opened(config)
    assert cold.request("GET", cold.api_root("image") + "/images").status_code == 200
    cloud.journal.clear()
    warm = opened(config)
    assert warm.request("GET", warm.api_root("image") + "/images").status_code == 200
    assert journal(cloud) == ["GET image 200"]


def test_a_cached_token_saves_importing_keystoneauth_and_yaml(
    run: Callable[..., Any], credentials: dict[str, str]
) -> None:
    assert run("image", "list").exit_code == 0
    program = (
        "import sys\n"
        "from imagectl.shell import main\n"
        "code = main(['image', 'list'])\n"
        "heavy = ('keystoneauth1', 'keystoneclient', 'yaml', 'oslo_utils')\n"
        "sys.exit(f'{code} {[name for name in heavy if name in sys.modules]}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=os.environ
    )
    assert done.stderr.strip() == "0 []"


def test_a_revoked_cached_token_is_renewed_once_and_silently(
    cloud: MockCloud, config: CloudConfig, opened: Opened
) -> None:
    first = opened(config)
    revoke(first)
    cloud.journal.clear()
    second = opened(config)
    answer = second.request("GET", f"{cloud.image_url}/v2/images")
    assert answer.status_code == 200
    assert second.token != first.token
    assert journal(cloud).count("GET image 401") == 1
    assert opened(config).token == second.token


def test_a_request_that_cannot_be_repeated_is_not(
    cloud: MockCloud, config: CloudConfig, opened: Opened
) -> None:
    revoke(opened(config))
    session = opened(config)
    url = f"{cloud.image_url}/v2/images"
    assert session.request("GET", url, replayable=False).status_code == 401
    assert session.request("GET", url).status_code == 200


def revoke(session: Session) -> None:
    session.request(
        "DELETE",
        session.api_root("identity") + "/auth/tokens",
        headers={"X-Subject-Token": session.token},
    )


def test_a_token_that_was_just_issued_is_not_renewed(opened: Opened) -> None:
    with serve_keystone(lambda asked: Answer(401)) as server:
        session = opened(password_config(server))
        assert session.request("GET", f"{server.url}/v2/images").status_code == 401
        assert server.lines == ["POST /v3/auth/tokens", "GET /v2/images"]


def test_threads_with_one_refused_token_authenticate_once(opened: Opened) -> None:
    def answer(asked: Asked) -> Answer:
        return Answer(401 if asked.headers["x-auth-token"] == "1" else 200)

    tokens = iter(["1", "2", "3", "4", "5", "6", "7", "8", "9"])
    with serve_keystone(answer, lambda: next(tokens)) as server:
        assert opened(password_config(server)).token == "1"
        session = opened(password_config(server))

        def ask(_: int) -> int:
            return session.request("GET", f"{server.url}/v2/images").status_code

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(ask, range(8))) == {200}
        assert session.token == "2"


def serve_keystone(
    answer: Callable[[Asked], Answer], token: Callable[[], str] = lambda: "fresh"
) -> Any:
    """Serve a Keystone that believes everyone; ``answer`` is the image service."""

    def reply(asked: Asked) -> Answer:
        url = f"http://{asked.headers['host']}"
        if asked.path == "/v3/auth/tokens":
            return token_answer(url, token())
        if asked.path == "/v3":
            links = [{"rel": "self", "href": f"{url}/v3"}]
            version = {"id": "v3.14", "status": "stable", "links": links}
            return Answer(200, {"version": version})
        return answer(asked)

    return serve(reply)


def password_config(server: Scripted, **changed: Any) -> CloudConfig:
    auth = {
        "auth_url": f"{server.url}/v3",
        "username": "uma",
        "password": "u",
        "user_domain_id": "default",
    }
    return replace(CloudConfig("password", auth), **changed)


def test_a_wrong_password_is_keystone_s_own_refusal(
    config: CloudConfig, opened: Opened
) -> None:
    wrong = replace(config, auth={**config.auth, "password": "wrong"})
    with pytest.raises(AccessError) as caught:
        _ = opened(wrong).token
    told = "The request you have made requires authentication."
    assert (caught.value.message, caught.value.status) == (told, 401)
    assert (caught.value.request_id or "").startswith("req-")
    assert "password" in caught.value.hint


def test_two_passwords_do_not_share_a_token(
    config: CloudConfig, opened: Opened
) -> None:
    assert opened(config).token
    wrong = replace(config, auth={**config.auth, "password": "wrong"})
    with pytest.raises(AccessError):
        _ = opened(wrong).token


def test_without_the_cache_nothing_is_written(
    config: CloudConfig, opened: Opened, home: Path
) -> None:
    assert opened(replace(config, token_cache=False)).token
    assert not (home / ".cache" / "imagectl").exists()


def test_a_token_authenticates_for_another(config: CloudConfig, opened: Opened) -> None:
    token = opened(config).token
    names = ("auth_url", "project_name", "project_domain_id")
    auth = {name: config.auth[name] for name in names}
    access = opened(CloudConfig("v3token", {**auth, "token": token})).access
    assert access.project_name == "admin"
    assert "admin" in access.roles


def test_an_unscoped_token_finds_identity_at_the_auth_url(
    config: CloudConfig, opened: Opened
) -> None:
    auth = {k: v for k, v in config.auth.items() if not k.startswith("project")}
    session = opened(CloudConfig("password", auth))
    assert session.api_root("identity") == config.auth["auth_url"]
    with pytest.raises(AccessError, match="for no project"):
        session.api_root("image")


def test_keystoneclient_speaks_with_our_token_and_renews_it(
    cloud: MockCloud, config: CloudConfig, opened: Opened
) -> None:
    revoke(opened(config))
    session = opened(config)
    cloud.journal.clear()
    with session.keystone() as keystone:
        names = [service.name for service in keystone.services.list()]
    assert "glance" in names
    assert journal(cloud).count("GET identity 401") == 1


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.mark.parametrize("path", ["", "/v3"])
def test_an_unreachable_keystone_is_one_line(
    opened: Opened, closed_port: int, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"http://127.0.0.1:{closed_port}{path}"
    config = CloudConfig(
        "password", {"auth_url": url, "username": "u", "password": "p"}
    )
    with pytest.raises(ServiceError) as caught:
        _ = opened(config).token
    assert str(caught.value).startswith(f"Unable to reach {url}")
    assert str(caught.value).endswith(": Connection refused")
    assert caplog.text == ""


def test_an_unreachable_service_is_one_line(opened: Opened, closed_port: int) -> None:
    url = f"http://user:pw@127.0.0.1:{closed_port}/v2/images"
    with pytest.raises(ServiceError) as caught:
        opened(CloudConfig("none")).request("GET", url + "?secret=1")
    bare = f"http://127.0.0.1:{closed_port}/v2/images"
    assert str(caught.value) == f"Unable to reach {bare}: Connection refused"


@pytest.mark.parametrize(
    ("url", "kind", "message"),
    [
        ("https://{host}/v2", ServiceError, "Unable to reach https://{host}/v2: TLS: "),
        ("http://{host}:bad/v2", UsageError, "is no URL of a service"),
        ("ftp://{host}/", UsageError, "is no URL of a service"),
        ("http://no.such.host.invalid/", ServiceError, "not known"),
    ],
)
def test_a_request_that_cannot_be_made_says_why(
    opened: Opened, url: str, kind: type[ImagectlError], message: str
) -> None:
    with serve(lambda asked: Answer()) as server:
        host = server.url.removeprefix("http://")
        with pytest.raises(kind) as caught:
            opened(CloudConfig("none")).request("GET", url.format(host=host))
    assert message.format(host=host) in str(caught.value)


def test_a_service_that_says_nothing_is_given_up(opened: Opened) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v2"
        config = CloudConfig("none", read_timeout_s=0.05)
        with pytest.raises(ServiceError, match="no answer within the time limit"):
            opened(config).request("GET", url)


def test_without_authentication_no_token_is_sent(opened: Opened) -> None:
    with serve(lambda asked: Answer(300)) as server:
        override = ServiceConfig(endpoint_override=server.url)
        session = opened(CloudConfig("none", services={"image": override}))
        session.request("GET", session.api_root("image") + "/images")
        assert server.lines == ["GET /", "GET /v2/images"]
        for asked in server.asked:
            assert not {"x-auth-token", "authorization"} & asked.headers.keys()


@pytest.mark.parametrize(
    ("config", "name", "value"),
    [
        (CloudConfig("admin_token", {"token": "T"}), "x-auth-token", "T"),
        (
            CloudConfig("http_basic", {"username": "u", "password": "p"}),
            "authorization",
            "Basic dTpw",
        ),
    ],
    ids=["admin_token", "http_basic"],
)
def test_fixed_credentials_are_sent_to_the_fixed_endpoint(
    opened: Opened, config: CloudConfig, name: str, value: str
) -> None:
    with serve(lambda asked: Answer()) as server:
        auth = {**config.auth, "endpoint": f"{server.url}/v2"}
        session = opened(replace(config, auth=auth))
        session.request("GET", session.api_root("image") + "/images")
        assert server.asked[0].headers[name] == value


def test_every_request_names_us_and_asks_for_json(opened: Opened, home: Path) -> None:
    (home / ".netrc").write_text("machine 127.0.0.1 login l password p\n")
    with serve(lambda asked: Answer()) as server:
        opened(CloudConfig("none")).request("GET", server.url)
        headers = server.asked[0].headers
    assert headers["user-agent"] == f"imagectl/{__version__}"
    assert headers["accept"] == "application/json"
    assert "authorization" not in headers


def test_bodies_move_in_large_blocks(opened: Opened) -> None:
    adapter = opened(CloudConfig("none")).http.get_adapter("http://h")
    pool = adapter.poolmanager.connection_from_url("http://h")
    assert pool._new_conn().blocksize == BLOCK_BYTES >= 128 * 1024


def test_a_redirect_to_another_host_does_not_carry_the_token(opened: Opened) -> None:
    with serve(lambda asked: Answer(200, {"here": True})) as store:
        elsewhere = store.url.replace("127.0.0.1", "localhost")

        def answer(asked: Asked) -> Answer:
            if asked.path == "/near":
                return Answer(302, "", {"Location": "/far"})
            return Answer(302, "", {"Location": f"{elsewhere}/data"})

        with serve_keystone(answer) as server:
            session = opened(password_config(server))
            found = session.request("GET", f"{server.url}/near")
            assert found.json() == {"here": True}
            assert server.asked[-1].headers["x-auth-token"] == "fresh"
        assert "x-auth-token" not in store.asked[0].headers


def test_a_redirected_change_is_an_error(opened: Opened) -> None:
    moved = Answer(301, "", {"Location": "https://h/v2/images"})
    with serve(lambda asked: moved) as server:
        session = opened(CloudConfig("none"))
        with pytest.raises(ServiceError, match="redirects POST requests to https://h"):
            session.request("POST", f"{server.url}/v2/images", json={})
        assert server.lines == ["POST /v2/images"]


def test_a_password_is_not_sent_on_to_another_host(opened: Opened) -> None:
    with serve(lambda asked: Answer()) as thief:
        location = thief.url.replace("127.0.0.1", "localhost")
        moved = Answer(307, "", {"Location": f"{location}/v3/auth/tokens"})
        with (
            serve(lambda asked: moved) as server,
            pytest.raises(ServiceError, match="leads the sign-in to another origin"),
        ):
            _ = opened(password_config(server)).token
        assert thief.asked == []


def test_an_endpoint_added_since_the_token_was_kept_is_found(opened: Opened) -> None:
    catalogs = iter([[], None])

    def reply(asked: Asked) -> Answer:
        catalog = next(catalogs)
        changed = {} if catalog is None else {"catalog": catalog}
        return token_answer("http://images/v2", **changed)

    with serve(reply) as server:
        config = password_config(server, auth_type="v3password")
        assert not opened(config).access.catalog
        assert opened(config).api_root("image") == "http://images/v2"
        assert opened(config).api_root("image") == "http://images/v2"
        assert server.lines == ["POST /v3/auth/tokens"] * 2


def test_a_catalog_that_lacks_the_service_is_asked_for_once(opened: Opened) -> None:
    with serve(lambda asked: token_answer("http://i", catalog=[])) as server:
        config = password_config(server, auth_type="v3password")
        assert opened(config).token
        with pytest.raises(ServiceError, match="for image service not found"):
            opened(config).api_root("image")
        assert server.lines == ["POST /v3/auth/tokens"] * 2


def test_a_kept_catalog_is_forgotten_where_its_service_is_gone(
    opened: Opened, closed_port: int
) -> None:
    url = f"http://127.0.0.1:{closed_port}/v2"
    with serve(lambda asked: token_answer(url)) as server:
        config = password_config(server, auth_type="v3password")
        for _ in range(3):
            session = opened(config)
            with pytest.raises(ServiceError, match="Connection refused"):
                session.request("GET", session.api_root("image") + "/images")
        assert server.lines == ["POST /v3/auth/tokens"] * 2


@pytest.mark.parametrize(
    "version_answer",
    [
        Answer(404, "<html>nothing</html>"),
        Answer(403),
        Answer(200, "<html>welcome</html>"),
        Answer(200, {"versions": []}),
        Answer(503),
    ],
    ids=["404", "403", "html", "empty", "503"],
)
def test_the_usual_version_is_assumed_where_none_is_announced(
    opened: Opened, version_answer: Answer
) -> None:
    with serve_keystone(lambda asked: version_answer) as server:
        assert opened(password_config(server)).api_root("image") == f"{server.url}/v2"


def test_a_discovered_root_is_kept_with_the_token(opened: Opened) -> None:
    link = {"rel": "self", "href": "http://backend:9292/image/v2/"}
    document = {"versions": [{"id": "v2.17", "links": [link]}]}
    with serve_keystone(lambda asked: Answer(300, document)) as server:
        config = password_config(server)
        root = f"{server.url}/v2"
        assert opened(config).api_root("image") == root
        count = len(server.asked)
        assert opened(config).api_root("image") == root
        assert len(server.asked) == count


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            CloudConfig(),
            "Missing value auth-url required for auth plugin password: set ",
        ),
        (CloudConfig("password", {"auth_url": "http://h"}), "Set a username with"),
        (
            CloudConfig("v3totp", {"auth_url": "http://h", "username": "u"}),
            "No passcode entered, or found via --os-passcode or OS_PASSCODE",
        ),
        (
            CloudConfig("v3applicationcredential", {"auth_url": "http://h"}),
            "Missing value application_credential_secret required for auth plugin",
        ),
        (
            CloudConfig("password", {"auth_url": "http://h", "username": "u"}),
            "No password entered, or found via --os-password or OS_PASSWORD",
        ),
    ],
)
def test_missing_credentials_name_what_to_set(
    opened: Opened, config: CloudConfig, message: str
) -> None:
    with pytest.raises(AccessError) as caught:
        _ = opened(config).token
    assert str(caught.value).startswith(message)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (CloudConfig("nope", {"auth_url": "http://h"}), "There is no auth type nope."),
        (CloudConfig("password", {"auth_url": "h"}), "is no http or https URL: h"),
        (CloudConfig("none"), "set --os-image-endpoint-override, OS_IMAGE_ENDPOINT"),
        (CloudConfig(verify="/no/ca"), "Certificate file /no/ca not found."),
        (CloudConfig(cert=("/no/c", "/no/k")), "Certificate file /no/c not found."),
        (
            CloudConfig(services={"image": ServiceConfig(api_version="1")}),
            "Image API version 1 is not supported; only version 2 is.",
        ),
    ],
)
def test_a_configuration_that_makes_no_sense_is_a_wrong_usage(
    opened: Opened, config: CloudConfig, message: str
) -> None:
    session = opened(config)
    with pytest.raises(UsageError) as caught:
        _ = session.http, session.api_root("image")
    assert message in str(caught.value)


def test_a_typed_password_is_used_and_not_kept(
    config: CloudConfig, opened: Opened, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts: list[str] = []

    def type_in(prompt: str) -> str:
        prompts.append(prompt)
        return str(config.auth["password"])

    monkeypatch.setattr("getpass.getpass", type_in)
    monkeypatch.setattr("sys.stdin", Terminal())
    auth = {k: v for k, v in config.auth.items() if k != "password"}
    session = opened(replace(config, auth=auth))
    assert session.token
    session.forget()
    assert session.token
    assert prompts == ["Password: "]
    assert not (home / ".cache" / "imagectl").exists()


class Terminal:
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (200, "<html>Welcome</html>", "does not answer as Keystone does"),
        (500, {"error": {"message": "An unexpected error", "code": 500}}, "unexpected"),
        (503, "<html>busy</html>", "Service Unavailable"),
    ],
)
def test_a_server_that_is_not_keystone_is_a_failing_service(
    opened: Opened, status: int, body: Any, message: str
) -> None:
    with (
        serve(lambda asked: Answer(status, body)) as server,
        pytest.raises(ServiceError) as caught,
    ):
        _ = opened(password_config(server)).token
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_making_a_session_sends_and_imports_nothing() -> None:
    program = (
        "import sys\n"
        "from imagectl.config.clouds import CloudConfig\n"
        "from imagectl.auth.session import Session\n"
        "Session(CloudConfig('password', {'auth_url': 'http://127.0.0.1:1'}))\n"
        "sys.exit('requests' in sys.modules or 'keystoneauth1' in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_environment_does_not_turn_verification_on_again(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/bundle")
    seen: list[Any] = []
    session = opened(CloudConfig("none", verify=False))

    def remember(*_: Any, **settings: Any) -> requests.Response:
        seen.append(settings["verify"])
        answer = requests.Response()
        answer.status_code = 200
        return answer

    adapter = session.http.get_adapter("https://h")
    monkeypatch.setattr(adapter, "send", remember)
    session.request("GET", "https://h/")
    assert seen == [False]

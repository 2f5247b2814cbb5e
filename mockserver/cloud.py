"""MockCloud: one isolated cloud, as a value.

What is heavy to import (the database, the services, the ways in) is imported by the
methods that need it: a program may import this module for its types alone.
"""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.state.settings import (
    AUTH_METHODS,
    DEFAULT_PASSWORD,
    BadSetting,
    Settings,
)

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from mockserver.app import Apps
    from mockserver.callers.callers import Tokens
    from mockserver.control.plane import ControlPlane
    from mockserver.doors.server import Server
    from mockserver.faults.armed import Faults
    from mockserver.state.clock import Clock
    from mockserver.state.cloud_state import CloudState
    from mockserver.state.journal import Journal

IDENTITY_URL = "http://controller:5000"
IMAGE_URL = "http://controller:9292"
"""Where the services answer in process, and are said to be until a door is opened."""


class MockCloud:
    """A Keystone and a Glance of their own, with a database, blobs, clock and journal.

    As a context manager it serves over TCP on a free port of 127.0.0.1, both services
    behind one port::

        with MockCloud() as cloud:
            requests.get(cloud.identity_url + "/v3")

    ``in_process`` answers this process's ``requests`` without a socket::

        with MockCloud(seed="documents").in_process() as cloud:
            requests.get("http://controller:9292/v2/images")

    Time, faults and what was asked are at hand while it runs::

        cloud.clock.advance(3600)
        cloud.faults.add("PUT", "/v2/images/*/file", cut_after="50%", times=1)
        assert [one.status for one in cloud.journal] == [201, 204]

    What it stored goes with it, unless ``data_dir`` says where to keep it. Every
    option is an option of ``mockserver serve`` too, under the same name:
    """

    def __init__(
        self,
        *,
        admin_password: str = DEFAULT_PASSWORD,
        region_name: str = "RegionOne",
        data_dir: str | Path | None = None,
        seed: str | Path | Mapping[str, Any] | None = None,
        metadefs: str | Path | None = None,
        store: str = "file",
        stores: Sequence[str] = ("fast", "slow"),
        allow_web_download: Sequence[str] = (),
        require_image_format_match: bool = True,
        show_image_direct_url: bool = False,
        loose: bool = False,
        image_api_version: str = "2.18",
        cache: bool = True,
        cache_max_bytes: int = 10 << 30,
        public_url: str | None = None,
        auth_methods: Sequence[str] = AUTH_METHODS,
        token_lifetime_s: int = 3600,
        lockout_failure_attempts: int = 0,
        lockout_duration_s: int = 1800,
        unique_last_password_count: int = 0,
        list_limit: int = 1000,
        identity_url: str | None = None,
        service_username: str = "glance",
        service_password: str = "",
        service_project_name: str = "service",
        service_user_domain_name: str = "Default",
        service_project_domain_name: str = "Default",
        tokens: Tokens | None = None,
    ) -> None:
        """Bootstrap the cloud and add its seed, without listening anywhere yet.

        ``tokens`` takes the place of Keystone where Glance and the controls ask whose
        token a request carries: a test may bring callers of its own.

        Raises :class:`~mockserver.state.settings.BadSetting` for an option that cannot
        be, :class:`~mockserver.seeds.document.BadSeed` for a seed that cannot be
        read, :class:`~mockserver.storage.database.UnknownSchema` for a ``data_dir`` of
        another version, :class:`~mockserver.state.folder.FolderInUse` for one that
        another cloud uses, and :class:`~mockserver.storage.database.BrokenDatabase` or
        OSError where it cannot be written.
        """
        from mockserver.control.plane import ControlPlane
        from mockserver.seeds.document import load_seed
        from mockserver.state.cloud_state import CloudState

        if data_dir == "":
            raise BadSetting("data_dir is empty")
        settings = Settings(
            admin_password=admin_password,
            region_name=region_name,
            data_dir=None if data_dir is None else Path(data_dir),
            seed=seed,
            metadefs=metadefs,
            store=store,
            stores=tuple(stores),
            allow_web_download=tuple(allow_web_download),
            require_image_format_match=require_image_format_match,
            show_image_direct_url=show_image_direct_url,
            loose=loose,
            image_api_version=image_api_version,
            cache=cache,
            cache_max_bytes=cache_max_bytes,
            public_url=public_url,
            auth_methods=tuple(auth_methods),
            token_lifetime_s=token_lifetime_s,
            lockout_failure_attempts=lockout_failure_attempts,
            lockout_duration_s=lockout_duration_s,
            unique_last_password_count=unique_last_password_count,
            list_limit=list_limit,
            identity_url=identity_url,
            service_username=service_username,
            service_password=service_password,
            service_project_name=service_project_name,
            service_user_domain_name=service_user_domain_name,
            service_project_domain_name=service_project_domain_name,
        )
        first_seed = load_seed(settings.seed, settings.metadefs)
        self._in_process_urls = (
            first_seed.addresses.get("identity", IDENTITY_URL),
            first_seed.addresses.get("image", IMAGE_URL),
        )
        self._state = CloudState(settings, *self._in_process_urls)
        self._plane = ControlPlane(self._state, first_seed)
        self._tokens = tokens
        self._server: Server | None = None
        try:
            self._plane.start()
        except BaseException:
            self.abandon()
            raise

    @property
    def settings(self) -> Settings:
        """The options that it was made with."""
        return self._state.settings

    @property
    def state(self) -> CloudState:
        """Its database, stores and ids, for tests that look below the APIs."""
        return self._state

    @property
    def plane(self) -> ControlPlane:
        """What drives it, in Python and over ``/_mock/``."""
        return self._plane

    @property
    def clock(self) -> Clock:
        """The time that both services and every record use."""
        return self._state.clock

    @property
    def faults(self) -> Faults:
        """Which requests go wrong, and how."""
        return self._plane.faults

    @property
    def journal(self) -> Journal:
        """What it was asked and what it answered, oldest first."""
        return self._plane.journal

    @property
    def identity_url(self) -> str:
        """Where its Keystone answers, without ``/v3``."""
        return self._state.identity_url

    @property
    def image_url(self) -> str:
        """Where its Glance answers, without ``/v2``."""
        return self._state.image_url

    @property
    def control_url(self) -> str | None:
        """Where ``/_mock/`` answers, None unless it is served over TCP."""
        return None if self._server is None else self._server.control_url

    @property
    def username(self) -> str:
        """The administrator's name."""
        return self._state.username

    @property
    def password(self) -> str:
        """The administrator's password."""
        return self._state.password

    @property
    def project_name(self) -> str:
        """The administrator's project."""
        return self._state.project_name

    @property
    def domain_id(self) -> str:
        """The id of the domain of the administrator and their project."""
        return self._state.domain_id

    @property
    def domain_name(self) -> str:
        """The name of that domain."""
        return self._state.domain_name

    @property
    def region_name(self) -> str:
        """The region of the endpoints that it began with."""
        return self._state.region_name

    @cached_property
    def tokens(self) -> Tokens:
        """What tells who a token's bearer is: its Keystone, or the one elsewhere."""
        if self._tokens is not None:
            return self._tokens
        if self.settings.identity_url is not None:
            from mockserver.callers.remote import RemoteTokens

            return RemoteTokens(self.settings)
        from mockserver.keystone.tokens.tokens import LocalTokens

        return LocalTokens(self._state)

    def build_apps(self, *, is_local: bool = False) -> Apps:
        """Build its WSGI applications, for a door to serve.

        Where ``is_local``, only this machine can reach them: whoever does may drive the
        cloud.
        """
        from mockserver.app import build_apps

        return build_apps(self._plane, self.tokens, is_local=is_local)

    @contextlib.contextmanager
    def in_process(self) -> Iterator[Self]:
        """Answer this process's ``requests`` without a socket; refuse other hosts."""
        from mockserver.doors.inprocess import answer_requests

        self._plane.move(*self._in_process_urls)
        apps = self.build_apps()
        served = {self.identity_url: apps.identity, self.image_url: apps.image}
        with answer_requests(served):
            yield self

    def listen(
        self,
        host: str = "127.0.0.1",
        ports: tuple[int] | tuple[int, int] = (0,),
    ) -> None:
        """Serve over TCP until :meth:`close`.

        With one port both services are behind it, under ``/identity`` and ``/image``;
        with two, identity and image have one each. Port 0 is any free one. Raises
        :class:`~mockserver.doors.listener.CannotListen` where a port is taken.
        """
        from mockserver.doors.server import Server
        from mockserver.state.addresses import is_loopback

        self._server = Server(
            self.build_apps(is_local=is_loopback(host)),
            host,
            ports,
            public_url=self.settings.public_url,
            may_wait=self._may_wait,
        )
        self._plane.move(*self._server.addresses)
        self._server.start()

    def _may_wait(self) -> bool:
        """Tell whether any request may take long: by a fault, or asking elsewhere."""
        return bool(self.faults) or self.settings.identity_url is not None

    def close(self) -> None:
        """Stop serving and drop what was not to be kept."""
        self._stop()
        self._state.close()

    def abandon(self) -> None:
        """Close a cloud that could not start: of a new ``data_dir`` nothing is left."""
        self._stop()
        self._state.abandon()

    def _stop(self) -> None:
        self.faults.clear()  # a request that one holds up would keep the server
        if self._server is not None:
            self._server.stop()
            self._server = None
        self._plane.close()

    def __enter__(self) -> Self:
        self.listen()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def reset(self) -> None:
        """Be again as at the start: bootstrapped and seeded, with the same ids.

        Faults and the journal are cleared; snapshots stay. Raises
        :class:`~mockserver.seeds.document.BadSeed`, and changes nothing then, where the
        seed's files are no longer what they were.
        """
        self._plane.reset()

    def seed(
        self,
        source: str | Path | Mapping[str, Any] | None = None,
        metadefs: str | Path | None = None,
    ) -> None:
        """Add what a seed describes to the running cloud: all of it, or nothing.

        Takes what the options ``seed`` and ``metadefs`` take. Raises
        :class:`~mockserver.seeds.document.BadSeed`.
        """
        from mockserver.seeds.document import load_seed

        self._plane.add_seed(load_seed(source, metadefs))

    def snapshot(self, name: str = "latest") -> None:
        """Keep records, bytes and clock as they are now, for :meth:`restore`.

        Raises :class:`~mockserver.control.snapshots.BadSnapshotName`.
        """
        self._plane.snapshots.save(name)

    def restore(self, name: str = "latest") -> None:
        """Go back to a snapshot; raises KeyError where there is none of the name."""
        self._plane.snapshots.restore(name)


def _describe_options() -> str:
    """Return what ``help(MockCloud)`` says of each option."""
    wrapper = textwrap.TextWrapper(
        width=80, initial_indent=" " * 8, subsequent_indent=" " * 8
    )
    lines = []
    for field in Settings.fields():
        lines += [f"    {field.name}", *wrapper.wrap(field.metadata["help"])]
    return "\n".join(lines) + "\n"


MockCloud.__doc__ = f"{MockCloud.__doc__}\n{_describe_options()}"

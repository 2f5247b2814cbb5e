"""The checks of ``doctor``: settings, services and token, one after the other."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from imagectl.api.client import Cloud
from imagectl.auth.auth_types import FIXED_ENDPOINT_TYPES, check_auth_url
from imagectl.auth.discovery import root_in_document, versions_in
from imagectl.auth.token_cache import cache_directory, list_cached_tokens
from imagectl.config.files import CloudFiles
from imagectl.contract.image import IMAGE
from imagectl.errors import AccessError, ImagectlError, ServiceError

MAX_SKEW_S = 300.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")

Status = Literal["ok", "warn", "FAIL", "-"]


class CheckResult(NamedTuple):
    """The outcome of a check, with a fix where something is wrong.

    ``exit_code`` is 0 unless the check fails.
    """

    title: str
    status: Status
    detail: str
    fix: str = ""
    exit_code: int = 0


def examine(
    open_cloud: Callable[[], Cloud], environ: Mapping[str, str]
) -> Iterator[CheckResult]:
    """Yield a finding for each check.

    After a failed check the others are not made, except after that of the clock.
    """
    is_well = True
    for title, check in CHECKS.items():
        if not is_well:
            yield CheckResult(title, "-", "not checked")
            continue
        try:
            status, detail, fix = check(open_cloud(), environ)
            exit_code = int(status == "FAIL")
        except ImagectlError as error:
            status, detail, fix = "FAIL", str(error), error.hint
            exit_code = error.exit_code
        is_well = status != "FAIL" or title == "clock"
        yield CheckResult(title, status, detail, fix, exit_code)


Found = tuple[Status, str, str]
"""Status, detail and fix, as a check returns them."""


def check_configuration(cloud: Cloud, environ: Mapping[str, str]) -> Found:
    config = cloud.session.config
    check_auth_url(config)
    place = f"cloud {config.name}" if config.name else "options"
    if config.name == "envvars":
        place = "OS_* variables"
    user = config.auth.get("username") or config.auth.get("user_id")
    detail = f"{place}, auth type {config.auth_type}{f', user {user}' if user else ''}"
    return "ok", detail, ""


def check_files(cloud: Cloud, environ: Mapping[str, str]) -> Found:
    files = CloudFiles(environ)
    if skipped := [*files.skipped, *files.malformed]:
        return "warn", f"skipped {'; '.join(skipped)}", "mend that file"
    if files.path is None:
        return "ok", "no clouds.yaml; options and variables are used", ""
    if files.path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return "warn", f"others can read {files.path}", f"chmod 600 {files.path}"
    return "ok", f"{files.path}: {', '.join(sorted(files.clouds))}", ""


def check_tls(cloud: Cloud, environ: Mapping[str, str]) -> Found:
    config = cloud.session.config
    url = urlsplit(str(config.auth.get("auth_url") or ""))
    if url.scheme == "https" and config.verify is False:
        return "warn", "certificates are not verified", "name the CA with --os-cacert"
    if url.scheme == "https":
        ca = config.verify if isinstance(config.verify, str) else "the usual CAs"
        return "ok", f"certificates are verified by {ca}", ""
    if url.scheme == "http" and url.hostname not in LOOPBACK:
        return "warn", "secrets go unencrypted", "use a URL that begins with https://"
    return "ok", "not used", ""


def check_identity(cloud: Cloud, environ: Mapping[str, str]) -> Found:
    if cloud.session.config.auth_type in FIXED_ENDPOINT_TYPES:
        return "ok", "not used", ""
    url = str(cloud.session.config.auth["auth_url"])
    try:
        answer = cloud.session.request("GET", url, authenticated=False)
    except ServiceError as error:
        error.hint = error.hint or "is --os-auth-url right, and the service up?"
        raise
    if answer.status_code >= 400:
        raise ServiceError(
            f"{url} answers with {answer.status_code}",
            hint="check --os-auth-url; it usually ends in /v3",
        )
    return "ok", f"{url} answers in {answer.elapsed.total_seconds():.3f} s", ""


def check_clock(cloud: Cloud, environ: Mapping[str, str]) -> Found:
    if cloud.session.config.auth_type in FIXED_ENDPOINT_TYPES:
        return "ok", "not compared", ""
    url = str(cloud.session.config.auth["auth_url"])
    answer = cloud.session.request("GET", url, authenticated=False)
    told = _read_date(answer.headers.get("Date"))
    if told is None:
        return "ok", "not compared: the service tells no time", ""
    # Less than two seconds is not skew: the header has whole seconds, and the answer
    # took time.
    skew_s = time.time() - told
    detail = f"{abs(skew_s):.0f} s {'ahead of' if skew_s > 0 else 'behind'} the service"
    if abs(skew_s) < 2:
        return "ok", "agrees with the service's", ""
    if abs(skew_s) > MAX_SKEW_S:
        return "FAIL", detail, "let NTP set this machine's clock, or the service's"
    return "ok", detail, ""


def _read_date(text: str | None) -> float | None:
    """Return the time of a header ``Date``, in seconds; None if it tells none."""
    try:
        return parsedate_to_datetime(text or "").timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def check_token(cloud: Cloud, environ: Mapping[str, str]) -> Found:
    session = cloud.session
    if session.config.auth_type in FIXED_ENDPOINT_TYPES:
        return "ok", "none is asked for", ""
    session.forget()
    access = session.access
    if not access.is_scoped:
        raise AccessError(
            f"user {access.user_name} signed in, with no scope",
            hint="name a project with --os-project-name or OS_PROJECT_NAME",
        )
    place = access.project_name or access.domain_id or "the system"
    minutes = (access.good_until - time.time()) / 60
    roles = ", ".join(access.roles) or "no role"
    detail = (
        f"user {access.user_name} has {roles} on {place}, for {minutes:.0f} minutes"
    )
    return "ok", detail, ""


def check_catalog(cloud: Cloud, environ: Mapping[str, str]) -> Found:
    if cloud.session.config.auth_type in FIXED_ENDPOINT_TYPES:
        return "ok", "not used", ""
    types = sorted({str(entry.get("type")) for entry in cloud.session.access.catalog})
    return "ok", ", ".join(types) or "empty", ""


def check_endpoint(cloud: Cloud, environ: Mapping[str, str]) -> Found:
    service = cloud.session.config.service("image")
    url = cloud.session.endpoint("image")
    where = ", ".join([*service.interfaces, *filter(None, [service.region_name])])
    return "ok", f"{url} ({'given' if service.endpoint_override else where})", ""


def check_versions(cloud: Cloud, environ: Mapping[str, str]) -> Found:
    from imagectl.http.bodies import read_json

    base = cloud.image.root.removesuffix("/v2")
    answer = cloud.session.request("GET", f"{base}/versions", authenticated=False)
    document = read_json(answer) if answer.ok else {}
    if root_in_document("image", base, document) is None:
        return "warn", f"{base} tells no version 2", "is it the image service's URL?"
    ids = [str(v.get("id")) for v in versions_in(document)]
    return "ok", f"{ids[0]} back to {ids[-1]}" if len(ids) > 1 else ids[0], ""


def check_listing(cloud: Cloud, environ: Mapping[str, str]) -> Found:
    found = list(cloud.image.list(IMAGE, limit=1))
    return "ok", "images can be listed" + ("" if found else "; there are none"), ""


def check_cache(cloud: Cloud, environ: Mapping[str, str]) -> Found:
    directory = cache_directory(environ)
    if directory is None or not cloud.session.config.token_cache:
        return "ok", "off", ""
    count = sum(1 for _ in list_cached_tokens(directory))
    return "ok", f"{count} tokens in {directory}", ""


CHECKS: Mapping[str, Callable[[Cloud, Mapping[str, str]], Found]] = {
    "configuration": check_configuration,
    "clouds.yaml": check_files,
    "token cache": check_cache,
    "TLS": check_tls,
    "identity": check_identity,
    "clock": check_clock,
    "token": check_token,
    "catalog": check_catalog,
    "image endpoint": check_endpoint,
    "image versions": check_versions,
    "image listing": check_listing,
}

"""Images moved by whole commands: beside curl, `openstack` and `glance`, in turn.

Run by itself, ``python -m benchmarks.transfers --reference BIN`` prints its tables;
``--size-mib`` and ``--images`` make it short.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import nginx
from benchmarks.bytes_moved import BLOCK, digest_rate
from benchmarks.clouds import program
from benchmarks.harness import Sample, memory_folder, run_once
from benchmarks.peers import Peer, serve_real

ROUNDS = 3
NAME = "transferred"
IMAGE_ID = "11111111-2222-4333-8444-555555555555"
FORMATS = {"disk_format": "raw", "container_format": "bare"}
THEIR_IMAGES = 20
"""How many of the many images `openstack` moves: one costs it as much as another."""
HEAD = """\
| what | imagectl | beside it | ratio | asked for | peak memory |
|---|---|---|---|---|---|"""
LOCATIONS = f"""\
location = /v2/images {{ return 201 '{{record}}'; }}
location = /v2/images/{IMAGE_ID} {{ return 200 '{{record}}'; }}
location /v2/images/{IMAGE_ID}/file {{ dav_methods PUT; }}
"""

Run = Callable[[], Sample]


@dataclass(frozen=True)
class Sizes:
    """How much is moved: ``make bench`` takes these, a trial less."""

    random_mib: int = 1 << 10
    sparse_mib: int = 4 << 10
    images: int = 200


WHOLE = Sizes()


@dataclass(frozen=True)
class Place:
    """A server with a queued image to give each upload, and where files lie."""

    folder: Path
    image_url: str
    token: str
    environ: Mapping[str, str]
    reference: Path

    @property
    def data(self) -> Path:
        return self.folder / "data.raw"

    def imagectl(self, *argv: str) -> Sample:
        return run_once([program("imagectl"), "-q", *argv], self.environ)

    def peer(self, name: str, *argv: str) -> Sample:
        return run_once([str(self.reference / name), *argv], self.environ)

    def curl(self, *argv: str, image_id: str) -> Sample:
        url = f"{self.image_url}/v2/images/{image_id}/file"
        headers = ["-H", f"X-Auth-Token: {self.token}", "-H", "Expect:"]
        return run_once(["curl", "--silent", "--fail", *headers, *argv, url], {})


def rows(reference: Path, sizes: Sizes = Sizes()) -> Iterator[str]:
    with tempfile.TemporaryDirectory(dir=memory_folder()) as name:
        folder = Path(name)
        write_random(folder / "data.raw", sizes.random_mib)
        with serve_real(reference.parent, 1) as real:
            place = Place(
                folder, real.image_url, real.token, _variables(real), reference
            )
            yield from _upload_rows(real, place, sizes.random_mib)
            yield from _download_rows(real, place, sizes.random_mib)
            yield from _many_rows(real, place, sizes.images)
            yield from _sparse_rows(real, place, sizes.sparse_mib)
        yield from _nginx_rows(place, sizes.random_mib)


def _upload_rows(real: Peer, place: Place, size_mib: int) -> Iterator[str]:
    data, title = str(place.data), f"upload of {size_mib} MiB to real Glance"
    formats = ("--disk-format", "raw", "--container-format", "bare")
    peers: list[tuple[str, str, Run]] = [
        (
            "`curl -T`",
            "≥ 0.85",
            lambda: place.curl(
                *("-T", data, "-H", "Content-Type: application/octet-stream"),
                image_id=_create(real),
            ),
        ),
        (
            "`openstack image create`",
            "≥ 1",
            lambda: place.peer(
                *("openstack", "image", "create", NAME, "--file", data), *formats
            ),
        ),
        (
            "`glance image-create`",
            "≥ 1",
            lambda: place.peer(
                *("glance", "image-create", "--name", NAME, "--file", data), *formats
            ),
        ),
    ]
    for name, asked, theirs in peers:
        pairs = _pairs(
            lambda: place.imagectl("image", "create", NAME, "--file", data),
            theirs,
            after=lambda: _delete(real),
        )
        yield _row(title, name, asked, size_mib, pairs)
    pipe = f"cat {data} | {program('imagectl')} image create {NAME}"
    pairs = _pairs(
        lambda: run_once(["sh", "-c", pipe], place.environ),
        lambda: place.imagectl("image", "create", NAME, "--file", data),
        after=lambda: _delete(real),
    )
    yield _row(f"{title}, from a pipe", "from the file", "≥ 0.6", size_mib, pairs)


def _download_rows(real: Peer, place: Place, size_mib: int) -> Iterator[str]:
    image_id, target = _create(real), str(place.folder / "saved.raw")
    place.curl(
        *("-T", str(place.data), "-H", "Content-Type: application/octet-stream"),
        image_id=image_id,
    )
    title = f"download of {size_mib} MiB from real Glance, verified"
    yield from _save_rows(place, image_id, size_mib, title)
    pairs = _pairs(
        lambda: _save(place, image_id, target),
        lambda: place.peer("openstack", "image", "save", image_id, "--file", target),
        after=lambda: Path(target).unlink(),
    )
    yield _row(title, "`openstack image save`", "≥ 3", size_mib, pairs)
    _delete(real)


def _save_rows(place: Place, image_id: str, size_mib: int, title: str) -> Iterator[str]:
    target = str(place.folder / "saved.raw")
    pairs = _pairs(
        lambda: _save(place, image_id, target),
        lambda: place.curl("-o", target, image_id=image_id),
        after=lambda: Path(target).unlink(),
    )
    digest = statistics.median(digest_rate("sha512") for _ in range(ROUNDS))
    limited = [
        (ours, Sample(max(theirs.wall_s, size_mib / digest), 0))
        for ours, theirs in pairs
    ]
    beside = f"the slower of `curl -o` and sha512 on one core ({digest:.0f} MiB/s)"
    yield _row(title, beside, "≥ 0.8", size_mib, limited)


def _many_rows(real: Peer, place: Place, count: int) -> Iterator[str]:
    folder = place.folder / "many"
    folder.mkdir()
    files = [folder / f"{NAME}-{number}.raw" for number in range(count)]
    for file in files:
        file.write_bytes(os.urandom(1 << 20))
    few = files[:THEIR_IMAGES]
    ours = place.imagectl("image", "upload", *map(str, files), "--jobs", "8")
    theirs = [
        place.peer("openstack", "image", "create", file.stem, "--file", str(file))
        for file in few
    ]
    title = f"upload of {count} images of 1 MiB, `--jobs 8`"
    yield _many_row(title, count, ours, theirs)
    saved = place.folder / "saved"
    to_folder = ("--all", "--directory", str(saved), "--jobs", "8")
    ours = place.imagectl("image", "save", *to_folder)
    ids = real.image_ids()[:THEIR_IMAGES]
    target = str(place.folder / "one.raw")
    theirs = [
        place.peer("openstack", "image", "save", one, "--file", target) for one in ids
    ]
    title = f"download of {len(list(saved.iterdir()))} images of 1 MiB, `--jobs 8`"
    yield _many_row(title, len(list(saved.iterdir())), ours, theirs)
    _delete(real)


def _many_row(title: str, count: int, ours: Sample, theirs: Sequence[Sample]) -> str:
    theirs_s = statistics.mean(sample.wall_s for sample in theirs) * count
    beside = f"`openstack`, one after another: {theirs_s:.0f} s (of {len(theirs)})"
    ratio = f"**{theirs_s / ours.wall_s:.1f}**"
    peak = f"{ours.peak_kib / 1024:.0f} MiB"
    return f"| {title} | {ours.wall_s:.1f} s | {beside} | {ratio} | ≥ 4 | {peak} |"


def _sparse_rows(real: Peer, place: Place, size_mib: int) -> Iterator[str]:
    data, target = str(place.folder / "sparse.raw"), place.folder / "saved.raw"
    Path(data).touch()
    os.truncate(data, size_mib << 20)
    put = ("-T", data, "-H", "Content-Type: application/octet-stream")
    created = place.imagectl("image", "create", NAME, "--file", data)
    _delete(real)
    image_id = _create(real)
    pairs = [(created, place.curl(*put, image_id=image_id))]
    title = f"{size_mib} MiB of zeros"
    yield _row(f"upload of {title}", "`curl -T`", "≥ 0.85", size_mib, pairs)
    saved = place.imagectl(
        *("image", "save", image_id, "--file", str(target), "--sparse")
    )
    on_disk_mib = target.stat().st_blocks * 512 >> 20
    target.unlink()
    pairs = [(saved, place.curl("-o", str(target), image_id=image_id))]
    target.unlink()
    beside = f"`curl -o`; ours takes {on_disk_mib} MiB of the disk"
    yield _row(f"download of {title}, `--sparse`", beside, "", size_mib, pairs)
    _delete(real)


def _nginx_rows(place: Place, size_mib: int) -> Iterator[str]:
    digest = hashlib.sha512()
    with place.data.open("rb") as file:
        while block := file.read(len(BLOCK)):
            digest.update(block)
    record = {
        "id": IMAGE_ID,
        "name": NAME,
        "status": "active",
        "tags": [],
        "size": size_mib << 20,
        "checksum": None,
        **FORMATS,
        "os_hash_algo": "sha512",
        "os_hash_value": digest.hexdigest(),
    }
    locations = LOCATIONS.replace("{record}", json.dumps(record))
    (place.folder / "v2/images" / IMAGE_ID).mkdir(parents=True)
    with nginx.serve(place.folder, locations) as url:
        environ = {"OS_AUTH_TYPE": "none", "OS_ENDPOINT": f"{url}/v2"}
        there = Place(place.folder, url, "", environ, place.reference)
        pairs = _pairs(
            lambda: there.imagectl("image", "create", NAME, "--file", str(there.data)),
            lambda: there.curl("-T", str(there.data), image_id=IMAGE_ID),
        )
        title = f"upload of {size_mib} MiB to nginx (WebDAV)"
        yield _row(title, "`curl -T`", "", size_mib, pairs)
        title = f"download of {size_mib} MiB from nginx, verified"
        yield from _save_rows(there, IMAGE_ID, size_mib, title)


def _save(place: Place, image_id: str, target: str) -> Sample:
    return place.imagectl("image", "save", image_id, "--file", target)


def _pairs(
    ours: Run, theirs: Run, after: Callable[[], object] = lambda: None
) -> list[tuple[Sample, Sample]]:
    """Run both in turn, after a warm-up of each; clean up after every run."""

    def clean(run: Run) -> Sample:
        sample = run()
        after()
        return sample

    return [(clean(ours), clean(theirs)) for _ in range(ROUNDS + 1)][1:]


def _row(
    title: str,
    beside: str,
    asked: str,
    size_mib: int,
    pairs: Sequence[tuple[Sample, Sample]],
) -> str:
    ours, theirs = (
        statistics.median(size_mib / sample.wall_s for sample in side)
        for side in zip(*pairs, strict=True)
    )
    ratio = statistics.median(b.wall_s / a.wall_s for a, b in pairs)
    peak = max(sample.peak_kib for sample, _ in pairs) / 1024
    cells = (
        title,
        f"{ours:.0f} MiB/s",
        f"{beside}: {theirs:.0f} MiB/s",
        f"**{ratio:.2f}**",
        asked,
        f"{peak:.0f} MiB",
    )
    return f"| {' | '.join(cells)} |"


def _create(peer: Peer) -> str:
    body: dict[str, Any] = {"name": NAME, **FORMATS}
    return str(peer.ask("POST", "images", body)["id"])


def _delete(peer: Peer) -> None:
    for image_id in peer.image_ids():
        peer.ask("DELETE", f"images/{image_id}")


def _variables(peer: Peer) -> dict[str, str]:
    return {
        "OS_AUTH_URL": f"{peer.identity_url}/v3",
        "OS_USERNAME": "admin",
        "OS_PASSWORD": peer.password,
        "OS_PROJECT_NAME": "admin",
        "OS_USER_DOMAIN_NAME": "Default",
        "OS_PROJECT_DOMAIN_NAME": "Default",
        "OS_REGION_NAME": "RegionOne",
    }


def write_random(path: Path, size_mib: int) -> None:
    with path.open("wb") as file:
        for _ in range(size_mib):
            file.write(os.urandom(1 << 20))


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.transfers", description=__doc__)
    parser.add_argument("--reference", type=Path, required=True, metavar="BIN")
    parser.add_argument("--size-mib", type=int, default=1 << 10)
    parser.add_argument("--images", type=int, default=200)
    arguments = parser.parse_args()
    sizes = Sizes(arguments.size_mib, 4 * arguments.size_mib, arguments.images)
    with contextlib.ExitStack() as stack:
        cache = stack.enter_context(tempfile.TemporaryDirectory())
        os.environ["XDG_CACHE_HOME"] = cache
        print(HEAD)
        for row in rows(arguments.reference, sizes):
            print(row, flush=True)


if __name__ == "__main__":
    main()

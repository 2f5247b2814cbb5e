"""Queries of listings of images, drawn by Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

OWNERS = ("<project:member>", "<project:outsider>")
SORTS = (
    "sort=name",
    "sort=name:asc,size:desc",
    "sort=size",
    "sort_key=name",
    "sort_dir=asc",
    "sort_key=size&sort_dir=asc",
    "sort_key=name&sort_key=size",
    "sort=id:asc,name",
    "sort_key=created_at&sort_dir=asc",
    "sort=status:desc,min_disk",
    "sort=min_ram:asc,id:desc",
    "sort=disk_format,container_format:asc",
    "sort_key=id&sort_dir=asc",
)
PAGES = (
    "limit=0",
    "limit=1",
    "limit=2",
    "limit=3",
    "limit=5000",
    "limit=2",
    "limit=2&marker=<image:1>",
    "limit=1&marker=<image:0>",
    "marker=<image:2>",
)
FILTERS = (
    "name=<name:a>",
    "name=in:<name:a>,c",
    'name=in:"c"',
    "name=",
    "name=in:",
    "status=queued",
    "status=in:active,queued",
    "status=gone",
    "visibility=all",
    "visibility=shared",
    "visibility=private",
    "visibility=community",
    "tag=a",
    "tag=a&tag=b",
    "tag=",
    "os_hidden=true",
    "os_hidden=True",
    "protected=true",
    "size_min=5",
    "size_max=5",
    "min_ram_min=1",
    "min_ram=512",
    "min_disk=1",
    "container_format=bare",
    "colour=red",
    "hw_rng=yes",
    "member_status=all",
    "member_status=pending",
    "id=<image:1>",
    "disk_format=in:raw,iso",
    "created_at=gt:2020-01-01T00:00:00Z",
    "created_at=lt:2020-01-01T00:00:00Z",
    "created_at=2020-01-01T00:00:00",
    "id=in:<image:0>,<image:2>",
    "checksum=1",
    "size=5",
    "virtual_size=5",
    "os_hash_value=1",
    "nothing=1",
    "tags=a",
    "size_min=1&size_max=11",
    "disk_format=raw",
    "colour=",
    "colour=in:red,blue",
    "colour=red&colour=blue",
    "min_ram=x",
    "status=in:queued",
    "tag=a&tag=a",
    "container_format=in:bare",
    "protected=false",
    "owner=<project:member>",
)
REFUSED = (
    "limit=-1",
    "limit=x",
    "limit=",
    "marker=nope",
    "marker=",
    "sort=colour",
    "sort_dir=up",
    "sort=name&sort_dir=asc",
    "visibility=secret",
    "protected=1",
    "sort_key=name&sort_dir=asc&sort_dir=desc",
    "os_hidden=maybe",
    "size_min=x",
    "member_status=perhaps",
    "updated_at=gte:yesterday",
    "created_at=eq:",
    "created_at=near:2020-01-01T00:00:00Z",
    "name=in:%22c",
    "sort=",
    "sort=,",
    "sort_key=",
    "sort_dir=",
    "changes-since=2020-01-01",
    "status=near:active",
)


@st.composite
def queries(draw: st.DrawFn) -> str:
    parts = [f"owner={draw(st.sampled_from([OWNERS[0], *OWNERS]))}"]
    kinds = draw(st.lists(st.sampled_from([SORTS, PAGES, FILTERS]), max_size=4))
    for kind in kinds:
        parts.append(draw(st.sampled_from(kind)))
    if draw(st.integers(0, 4)) == 0:
        parts.append(draw(st.sampled_from(REFUSED)))
    return "&".join(parts)

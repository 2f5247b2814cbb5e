"""A plan, carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager

from imagectl.api import images
from imagectl.api.client import Client
from imagectl.contract.image import IMAGE
from imagectl.sync.origins import open_origin
from imagectl.sync.plan import Step
from imagectl.transfer.progress import Report
from imagectl.transfer.upload import upload

Show = Callable[[int | None], AbstractContextManager[Report]]
"""Shows the progress of so many bytes."""


def carry_out(
    client: Client,
    steps: Iterable[Step],
    *,
    show: Show,
    say: Callable[[str], object],
) -> Iterator[str]:
    """Take the steps of one image in turn; yield the image's id after each.

    Raises :class:`ImagectlError` for the first that fails; a new image of which the
    data could not be stored is deleted again.
    """
    new_id = ""
    for step in steps:
        image_id = step.record["id"] if step.record else new_id
        if step.source:
            image_id = new_id = _store(client, step, show, say)
        elif step.action == "delete" and step.record:
            images.delete_even_protected(client, step.record)
        elif step.operations:
            images.patch(client, image_id, step.operations)
        yield image_id


def _store(client: Client, step: Step, show: Show, say: Callable[[str], object]) -> str:
    assert step.source
    with open_origin(*step.source) as source:
        created = client.create(IMAGE, step.body)
        with (
            images.discarded_on_failure(client, created, say),
            show(source.size_bytes) as report,
        ):
            upload(client, created["id"], source, report=report)
    return str(created["id"])

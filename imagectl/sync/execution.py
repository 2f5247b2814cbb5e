"""Carry out the steps of a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager

from imagectl.api import images
from imagectl.api.client import Client
from imagectl.contract.image import IMAGE
from imagectl.sync.image_data import open_image_data
from imagectl.sync.plan import Step
from imagectl.transfer.progress import Report
from imagectl.transfer.upload import upload

ShowProgress = Callable[[int | None, str], AbstractContextManager[Report]]
"""Opens a progress bar for a number of bytes, None if unknown, and a name."""


def carry_out(
    client: Client,
    steps: Iterable[Step],
    *,
    show: ShowProgress,
    say: Callable[[str], object],
    allow_unsafe: bool = False,
) -> Iterator[str]:
    """Carry out the steps of one image in order; yield the image's id after each.

    ``show`` opens the progress bar of an upload, ``say`` prints a message, and with
    ``allow_unsafe`` data is sent that its check finds unsafe. Raises
    :class:`ImagectlError` for the first step that fails. A new image whose data could
    not be stored is deleted again.
    """
    new_id = ""
    for step in steps:
        image_id = step.record["id"] if step.record else new_id
        if step.source:
            image_id = new_id = _store(client, step, show, say, allow_unsafe)
        elif step.action == "delete" and step.record:
            images.delete_even_protected(client, step.record)
        elif step.operations:
            images.patch(client, image_id, step.operations)
        yield image_id


def _store(
    client: Client,
    step: Step,
    show: ShowProgress,
    say: Callable[[str], object],
    allow_unsafe: bool,
) -> str:
    """Create an image, upload its data, and return its id."""
    assert step.source
    with open_image_data(*step.source, allow_unsafe=allow_unsafe) as source:
        created = client.create(IMAGE, step.body)
        with (
            images.discarded_on_failure(client, created, say),
            show(source.size_bytes, step.name) as report,
        ):
            upload(client, created["id"], source, report=report)
    return str(created["id"])

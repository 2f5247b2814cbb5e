"""The background worker: jobs after an answer, and how it stops."""

from __future__ import annotations

import threading

from mockserver.state.worker import Worker


def test_jobs_run_beside_whoever_submits_them() -> None:
    worker, done = Worker(), threading.Event()
    worker.submit(done.set)
    assert done.wait(10)
    worker.stop()


def test_a_job_that_breaks_off_leaves_the_next_one_alone() -> None:
    worker, done = Worker(), threading.Event()
    worker.submit(lambda: [][0])
    worker.submit(done.set)
    assert done.wait(10)
    worker.stop()


def test_a_worker_that_stops_waits_for_what_runs() -> None:
    worker, begun, heard = Worker(), threading.Event(), threading.Event()

    def run() -> None:
        begun.set()
        while not worker.is_stopped:
            pass
        heard.set()

    worker.submit(run)
    assert begun.wait(10)
    worker.stop()
    assert heard.is_set()


def test_a_stopped_worker_begins_nothing() -> None:
    worker, done = Worker(), threading.Event()
    worker.stop()
    worker.submit(done.set)
    assert not done.is_set()

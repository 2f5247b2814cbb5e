"""Memory of freed transfer blocks is used again (glibc only)."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import resource
from imagectl.transfer.malloc import keep_freed_blocks

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

keep_freed_blocks()
before = faults()
for _ in range(64):
    blocks = [bytes([1]) * (1 << 20) for _ in range(4)]
    del blocks
print(faults() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="of glibc")
def test_freed_blocks_are_used_again() -> None:
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    page_faults_of_all_blocks = 64 * 4 * 256
    assert int(done.stdout) < page_faults_of_all_blocks / 10

"""Bounded: runs another file of this folder, within bounds that this process sets itself before it knows any code.

Run as `python -I bounded.py BYTES FILE FOLDER`.
"""

import ctypes
import resource
import runpy
import signal
import sys

_DIE_WITH_PARENT = 1
"""`PR_SET_PDEATHSIG` of Linux's prctl."""


def bind(memory: int) -> None:
    """Take no more memory than allowed, leave no core behind, and die with whoever started this."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


if __name__ == "__main__":
    bytes_, file, *rest = sys.argv[1:]
    bind(int(bytes_))
    sys.argv = [file, *rest]
    runpy.run_path(file, run_name="__main__")

"""Much is made here that lives on, which Python's collector of cycles would look through each time.

A search and an inventory of a thousand people hold a million objects and no cycle; looking for one
while they are made took twice the time of making them, and while their plan is carried out at once,
as long as its deeds.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Let the collector wait while the context lasts, unless it is off already."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()

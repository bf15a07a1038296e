"""Many photos, or frames of a video, in order, on all cores, in bounded memory.

Photos are taken a few at a time; each group is decoded, detected and aligned by one
thread, and all its faces go through the recogniser together. Groups wait in a short
queue, so a slow reader holds back the work instead of filling memory.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Given = TypeVar("Given")
Result = TypeVar("Result")

GROUP = 4
"""Photos a group holds: enough faces for a batch, few enough that cores end together."""
AHEAD = 2
"""Groups in work per thread: one running, one waiting."""


def in_groups(
    photos: Iterable[Given],
    work: Callable[[list[Given]], list[Result]],
    threads: int,
    stop: Callable[[], None] = lambda: None,
) -> Generator[Result, None, None]:
    """Yield ``work``'s result for each photo, in order.

    At most ``threads * AHEAD`` groups of photos are held. Closing the iterator (or
    leaving a loop over it) cancels what has not begun, asks what has to ``stop``, and
    waits for it.
    """
    source = iter(photos)
    waiting: deque[Future[list[Result]]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="licet-vision") as pool:
        try:
            while True:
                while len(waiting) < threads * AHEAD:
                    group = list(islice(source, GROUP))
                    if not group:
                        break
                    waiting.append(pool.submit(work, group))
                if not waiting:
                    return
                yield from waiting.popleft().result()
        finally:
            # Each is cancelled; a list, so that none is left out.
            running = [one for one in waiting if not (one.cancel() or one.done())]
            if running:
                stop()

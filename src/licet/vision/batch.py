"""Many photos, or frames of a video, in order, on all cores, in bounded memory.

One thread, the caller's, takes photos from their source and hands results on; others work
on them. So reading, decoding, looking and writing overlap, and nothing but the work itself
needs to be safe for threads:

1. What is done is handed on before the source is asked for more: a slow source holds up
   nothing that is ready.
2. While a thread has nothing to do it gets the next photo alone; otherwise photos go in
   groups, and all faces of a group through the recogniser together.
3. Groups wait in a short queue, so a slow writer holds back the reading instead of
   filling memory.
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
                while waiting and (waiting[0].done() or len(waiting) == threads * AHEAD):  # 1, 3
                    yield from waiting.popleft().result()
                idle = sum(not one.done() for one in waiting) < threads
                group = list(islice(source, 1 if idle else GROUP))  # 2
                if not group:
                    break
                waiting.append(pool.submit(work, group))
            while waiting:
                yield from waiting.popleft().result()
        finally:
            # Each is cancelled; a list, so that none is left out.
            running = [one for one in waiting if not (one.cancel() or one.done())]
            if running:
                stop()

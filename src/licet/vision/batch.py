"""Many photos, or frames of a video, in order, on all cores, in bounded memory.

One thread, the caller's, takes photos from their source and hands results on; others work
on them, each on one photo at a time. So reading, decoding, looking and writing overlap, and
nothing but the work itself needs to be safe for threads:

1. What is done is handed on before the source is asked for more: a slow source holds up
   nothing that is ready.
2. A few photos wait for each thread, so that none stands still while the caller writes;
   no more, so that a slow writer holds back the reading instead of filling memory.

Photos do not share a run of the recogniser: faces take it no longer one photo at a time
(docs/reference/models.md), and cores would end a group at different times.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Result = TypeVar("Result")

AHEAD = 6
"""Photos in work per thread: one running, the others waiting or done before their turn."""


def in_order(
    photos: Iterable[Given],
    work: Callable[[Given], Result],
    threads: int,
    stop: Callable[[], None] = lambda: None,
) -> Generator[Result, None, None]:
    """Yield ``work``'s result for each photo, in order.

    At most ``threads * AHEAD`` photos are held. Closing the iterator (or leaving a loop
    over it) cancels what has not begun, asks what has to ``stop``, and waits for it.
    """
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="licet-vision") as pool:
        try:
            for photo in photos:
                waiting.append(pool.submit(work, photo))
                while waiting and (waiting[0].done() or len(waiting) == threads * AHEAD):  # 1, 2
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            # Each is cancelled; a list, so that none is left out.
            running = [one for one in waiting if not (one.cancel() or one.done())]
            if running:
                stop()

"""What an operator's Prometheus reads: figures over everything, never over a person.

Labels are the route's pattern, the method and the class of the status. The registry is our
own, so nothing that a library counts about the machine gets out.
"""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10)
"""The buckets of answering times; .15 is the target of a search."""

MEDIA_TYPE = CONTENT_TYPE_LATEST


class Figures:
    """The figures of one server."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "licet_web_requests",
            "Requests that were answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "licet_web_answer_seconds",
            "How long answers took.",
            ("route",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._refused = Counter(
            "licet_web_refused",
            "Requests that a guard turned away.",
            ("guard",),
            registry=self._registry,
        )
        self._entries = Gauge(
            "licet_ledger_entries", "Entries in the ledger.", registry=self._registry
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer; ``seconds`` is how long it took."""
        self._requests.labels(method, route, f"{status // 100}xx").inc()
        self._seconds.labels(route).observe(seconds)

    def refused(self, guard: str) -> None:
        """Count a request that a guard turned away."""
        self._refused.labels(guard).inc()

    def entries_from(self, read: Callable[[], float]) -> None:
        """Say where the ledger's size is read when somebody looks."""
        self._entries.set_function(read)

    def written(self) -> bytes:
        """Return every figure in the text format of Prometheus."""
        return generate_latest(self._registry)

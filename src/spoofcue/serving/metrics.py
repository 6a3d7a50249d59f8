"""What /metrics tells Prometheus; nothing of a person or picture is in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

CONTENT_TYPE = CONTENT_TYPE_LATEST
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
SCORES = tuple(k / 20 for k in range(1, 21))
BATCHES = (1, 2, 4, 8, 16, 32, 64)
STAGES = ("decode", "detect", "crop", "network", "total")


class ServiceMetrics:
    """Counters of one service.

    Args:
        waiting: how many checks wait now.
        running: how many are judged now.
        workers: how many can judge now.
        restarts: how often a worker was started again.

    """

    def __init__(
        self,
        waiting: Callable[[], float],
        running: Callable[[], float],
        workers: Callable[[], float],
        restarts: Callable[[], float],
    ) -> None:
        self._registry = CollectorRegistry()
        registry = self._registry
        self._requests = Counter(
            "spoofcue_requests", "Answers by address and status", ["route", "method", "status"],
            registry=registry,
        )  # fmt: skip
        self._request_seconds = Histogram(
            "spoofcue_request_seconds", "From the head of a request to the end of its answer",
            ["route"], buckets=SECONDS, registry=registry,
        )  # fmt: skip
        self.in_flight = Gauge(
            "spoofcue_in_flight", "Requests that have no answer yet", registry=registry
        )
        Gauge("spoofcue_waiting", "Tasks that wait for a worker", registry=registry).set_function(
            waiting
        )
        Gauge("spoofcue_running", "Tasks that workers are at", registry=registry).set_function(
            running
        )
        Gauge("spoofcue_workers", "Workers that can judge", registry=registry).set_function(workers)
        Gauge(
            "spoofcue_worker_restarts", "Workers that ended and were started again",
            registry=registry,
        ).set_function(restarts)  # fmt: skip
        self._batches = Histogram(
            "spoofcue_batch", "Tasks that a worker was given together",
            buckets=BATCHES, registry=registry,
        )  # fmt: skip
        self._decisions = Counter(
            "spoofcue_decisions", "Decisions; reason is empty for a plain score",
            ["decision", "reason"], registry=registry,
        )  # fmt: skip
        self._stages = Histogram(
            "spoofcue_stage_seconds", "Time of a check by stage; wait: for a worker",
            ["stage"], buckets=SECONDS, registry=registry,
        )  # fmt: skip
        self._scores = Histogram(
            "spoofcue_score", "Scores, 0 to 1, higher = attack: a camera that drifts moves them",
            buckets=SCORES, registry=registry,
        )  # fmt: skip

        self._attempts = Counter(
            "spoofcue_attempts", "Attempts by id that are over, by how they ended",
            ["outcome"], registry=registry,
        )  # fmt: skip

    def attempt_over(self, outcome: str) -> None:
        """Count an attempt by id: live, attack, rejected, out_of_time or given_up."""
        self._attempts.labels(outcome).inc()

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answer."""
        self._requests.labels(route, method, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def batched(self, count: int) -> None:
        """Count the tasks that a worker was given together."""
        self._batches.observe(count)

    def decided(self, result: Mapping[str, Any], waited_s: float) -> None:
        """Count a decision with its score and the time of its stages.

        Args:
            result: of :meth:`spoofcue.detector.result.Result.to_dict`.
            waited_s: for a worker.

        """
        self._decisions.labels(result["decision"], result["reason"] or "").inc()
        self._stages.labels("wait").observe(waited_s)
        for stage in STAGES:
            self._stages.labels(stage).observe(result["timings"][stage] / 1000)
        if result["score"] is not None:
            self._scores.observe(result["score"])

    def watch(self, name: str, what: str, function: Callable[[], float]) -> None:
        """Let a gauge tell what ``function`` returns when it is read."""
        Gauge(name, what, registry=self._registry).set_function(function)

    def exposition(self) -> bytes:
        """In the text format of Prometheus."""
        return generate_latest(self._registry)

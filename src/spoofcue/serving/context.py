"""What the addresses of one service share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from spoofcue.detector.receipt import Receipts
from spoofcue.serving.access import Access, Counted
from spoofcue.serving.attempts import Attempts
from spoofcue.serving.audit import AuditLog
from spoofcue.serving.keeping import Keeper
from spoofcue.serving.keys import Scope
from spoofcue.serving.metrics import ServiceMetrics
from spoofcue.serving.problems import Problem
from spoofcue.serving.service import Service
from spoofcue.serving.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class Serving:
    """One service.

    Attributes:
        settings: in force.
        service: has tasks done.
        access: keys and rates.
        metrics: counts.
        audit: None: nothing is noted.
        attempts: by id.
        receipts: sign what is decided of them.
        keeper: None: nothing is kept.

    """

    settings: ServiceSettings
    service: Service
    access: Access
    metrics: ServiceMetrics
    audit: AuditLog | None
    attempts: Attempts
    receipts: Receipts
    keeper: Keeper | None = None

    def allow(self, request: Request, scope: Scope | None, counts: Counted | None = "check") -> str:
        """The name of whoever asks, if it may.

        Raises:
            Problem: see :meth:`spoofcue.serving.access.Access.allow`.

        """
        request.state.holder = self.access.allow(request.headers, scope, counts)
        return str(request.state.holder)

    def note(self, request: Request, holder: str, **facts: Any) -> None:
        """A line of the audit log.

        Raises:
            Problem: no-audit; nothing may be answered then.

        """
        client = None if request.client is None else request.client.host
        self.write(request_id=request.state.request_id, key=holder, client=client, **facts)

    def write(self, **facts: Any) -> None:
        """The same of what no request is the cause of.

        Raises:
            Problem: no-audit.

        """
        if self.audit is None:
            return
        try:
            self.audit.write(**facts)
        except (OSError, ValueError) as error:  # a closed file raises ValueError
            detail = f"{type(error).__name__}; nothing is decided without it."
            raise Problem("no-audit", detail, retry_s=10) from error

    async def keep(
        self,
        request: Request,
        holder: str,
        result: Mapping[str, Any],
        files: Callable[[], Sequence[bytes]],
    ) -> dict[str, bool]:
        """Keep what was judged, where the settings ask for it.

        Args:
            request: whose decision it is.
            holder: of its key.
            result: of :meth:`spoofcue.detector.result.Result.to_dict`.
            files: gives what was received, in its order; called in another thread.

        Returns:
            What the audit log says of it, for :meth:`note`.

        """
        if self.keeper is None:
            return {}
        facts = {"key": holder, "result": dict(result)}
        kept = await self.keeper.keep(request.state.request_id, result["decision"], files, facts)
        return {"kept": kept}

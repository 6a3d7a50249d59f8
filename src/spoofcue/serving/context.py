"""What the addresses of one service share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from spoofcue.serving.access import Access
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
        keeper: None: nothing is kept.

    """

    settings: ServiceSettings
    service: Service
    access: Access
    metrics: ServiceMetrics
    audit: AuditLog | None
    keeper: Keeper | None = None

    def allow(self, request: Request, scope: Scope | None) -> str:
        """The name of whoever asks, if it may.

        Raises:
            Problem: see :meth:`spoofcue.serving.access.Access.allow`.

        """
        request.state.holder = self.access.allow(request.headers, scope)
        return str(request.state.holder)

    def note(self, request: Request, holder: str, **facts: Any) -> None:
        """A line of the audit log.

        Raises:
            Problem: no-audit; nothing may be answered then.

        """
        if self.audit is None:
            return
        client = None if request.client is None else request.client.host
        try:
            self.audit.write(
                request_id=request.state.request_id, key=holder, client=client, **facts
            )
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

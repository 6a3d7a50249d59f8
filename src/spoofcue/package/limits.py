"""How large the parts of a package may be, so that nothing is read that cannot be one."""

from __future__ import annotations

from spoofcue.errors import PackageError
from spoofcue.package.schema import CARD_FILE, SPEC_FILE

# The paper's network is 90 MB in fp32; protobuf itself ends at 2 GB.
MAX_WEIGHTS = 1 << 30
MAX_TEXT = 4 << 20


def check_size(name: str, size: int, where: str) -> None:
    """Refuse a file before it is read.

    Raises:
        PackageError: ``oversize``.

    """
    limit = MAX_TEXT if name in (SPEC_FILE, CARD_FILE) else MAX_WEIGHTS
    if size > limit:
        raise PackageError(
            f"{where}: {name} has {size} bytes, more than the limit of {limit}.", reason="oversize"
        )

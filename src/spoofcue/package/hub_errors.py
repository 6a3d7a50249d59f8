"""What went wrong with the hub, and what to do about it."""

from __future__ import annotations

LOG_IN = "log in (`hf auth login`) or set HF_TOKEN"


def advice(error: BaseException) -> str:
    """One or two sentences for an error of the hub's client.

    By status and class name: the HTTP library below the client is not the same in all of its
    versions.
    """
    chain = list(_chain(error))
    names = {base.__name__ for e in chain for base in type(e).__mro__}
    status = next((s for e in chain if (s := _status(e)) is not None), None)
    if "GatedRepoError" in names:
        return f"its owner asks to accept terms: do so on the hub's page of it, and {LOG_IN}."
    if "RevisionNotFoundError" in names:
        return "the repository is there, this revision is not; name a branch, tag or commit."
    if status == 401:
        # the hub does not tell strangers which private repositories there are
        return (
            f"not logged in, or there is no such repository (401). Check the name; to push, or "
            f"if it is private, {LOG_IN}."
        )
    if status == 403:
        return f"your token may not do that (403): {LOG_IN} with write access to the owner's name."
    if status == 404 or "RepositoryNotFoundError" in names:
        return (
            f"there is no such repository (404), or it is private. Check the name; if it is "
            f"private, {LOG_IN}."
        )
    if "OfflineModeIsEnabled" in names:
        return "HF_HUB_OFFLINE is set and the cache does not hold it; unset it once to download."
    if status is not None:
        return f"the hub answered with status {status}: {_first_line(error)}"
    if names & {"ConnectError", "ConnectionError", "TimeoutException", "Timeout", "NetworkError"}:
        return (
            "the hub cannot be reached and the cache does not hold it. Check the network, and "
            "HF_ENDPOINT if it is set."
        )
    return _first_line(error)


def _chain(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _status(error: BaseException) -> int | None:
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__

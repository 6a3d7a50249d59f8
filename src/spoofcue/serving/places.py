"""Where in the program an error came from, without its words, which may quote what was sent."""

from __future__ import annotations


def place_of(error: BaseException) -> str:
    """The type of an error and the lines of the program that it came through."""
    lines = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(
            f"{code.co_qualname if hasattr(code, 'co_qualname') else code.co_name}"
            f":{trace.tb_lineno}"
        )
        trace = trace.tb_next
    return f"{type(error).__name__} in {' > '.join(lines[-6:])}"

"""What ``spoofcue watch`` shows beside its results."""

from __future__ import annotations

from contextlib import suppress

from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from spoofcue.cli.console import stderr, write_out
from spoofcue.plain_text import visible


class WatchState:
    """What goes on, on stderr: behind a spinner on a terminal, and elsewhere only what matters."""

    def __init__(self) -> None:
        self._console = stderr()
        self._spinner = Spinner("dots", text="starting")
        # standard output is for programs: rich would send it to the terminal as well
        self._live = Live(
            self._spinner,
            console=self._console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> WatchState:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def words(self, words: str) -> None:
        """Beside the spinner."""
        self._spinner.update(text=Text(visible(words)))

    def tell(self, line: str) -> None:
        """A line that stays; the work goes on where it cannot be told."""
        with suppress(OSError):
            self._console.print(line, soft_wrap=True)

    def warn(self, line: str) -> None:
        """One about something that went wrong."""
        self.tell(f"warning: {line}")

    def result(self, line: str) -> None:
        """On standard output, which may be the same terminal."""
        self._live.stop()
        write_out(line + "\n")
        self.__enter__()

"""Groups of commands, as their help lists them."""

from __future__ import annotations

import re

import click


class CommandGroup(click.Group):
    """Lists its commands in the order of the work, each with the whole of what it does."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """As they were added; click's own order is the alphabet."""
        return list(self.commands)

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Its first paragraph is broken over lines, where click would end it with dots."""
        if cmd.short_help is None:
            cmd.short_help = re.split(r"\n\s*\n", cmd.help or "")[0]
        super().add_command(cmd, name)

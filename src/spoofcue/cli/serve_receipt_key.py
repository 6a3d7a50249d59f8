"""``spoofcue serve-receipt-key``: the key that signs receipts of attempts."""

from __future__ import annotations

from pathlib import Path

import click

from spoofcue.cli.console import remark, say
from spoofcue.cli.options import PATH


@click.command()
@click.argument("file", type=PATH, help="PEM file to make; a file that is there is never replaced.")
def serve_receipt_key(
    file: Path,
) -> None:
    """Make the key that signs receipts, readable to you alone, and print its id.

    To replace a key, make another, name it first (--receipt-keys NEW --receipt-keys OLD) and
    start the service again; take the old one out once its last receipt has expired.
    """
    from spoofcue.detector.receipt import new_receipt_key

    say(new_receipt_key(file))
    remark(f"{file} signs receipts; keep it secret. What is printed is its id, the kid.")

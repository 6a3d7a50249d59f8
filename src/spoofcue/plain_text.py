"""Text that others wrote (names of files, of species, of people), where it is shown."""

from __future__ import annotations

import re
import unicodedata

# join the letters of some scripts, and the parts of an emoji
_JOINERS = "\u200c\u200d"


def visible(text: object) -> str:
    r"""The text on one line, without anything that a terminal would obey rather than show.

    Control characters, line breaks, marks that turn the reading direction, and bytes of a file
    name that are no UTF-8 are written as in a Python string.

    >>> print(visible("clip\x1b[2J.mp4"), visible("two\nlines"), visible("caf\udce9.jpg"))
    clip\x1b[2J.mp4 two\nlines caf\xe9.jpg

    """
    return "".join(map(_shown, str(text)))


def as_markdown(text: object) -> str:
    r"""The text on one line of a Markdown file, or in a cell of a table: nothing in it is markup.

    >>> print(as_markdown("print|[x](y) <b> print_a :smile:"))
    print\|\[x\](y) \<b> print_a \:smile:

    """
    flat = " ".join(visible(" ".join(str(text).split())).split())
    flat = re.sub(r"[\\`*\[\]<|]|(?<!\w)_|_(?!\w)", r"\\\g<0>", flat)
    return re.sub(r":(?=[\w+-]+:)", r"\:", flat)


def as_label(text: object) -> str:
    r"""The text as matplotlib shows it as it is: no formula, and no line that a legend leaves out.

    >>> as_label("print$a$"), as_label("_x")
    ('print\\$a\\$', ' _x')

    """
    lines = "\n".join(visible(line) for line in str(text).split("\n"))
    return (" " if lines.startswith("_") else "") + lines.replace("$", r"\$")


def _shown(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    if "\udc80" <= character <= "\udcff":  # how Python holds a byte that is no UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}"
    if unicodedata.category(character) in ("Zs", "Co", "Cn"):  # wide blanks, private, unassigned
        return character
    return character.encode("unicode_escape").decode("ascii")

"""Markdown: users' words in a document for GitHub or GitLab, where they are words and nothing else.

Between backticks everything is code. Outside of them no letter is markup, no tag is HTML, and nobody is mentioned.
"""

import re
import unicodedata

from meshwright.model.value import value

LIMIT = 65_536
"""What GitHub takes of a comment; counted here in bytes of UTF-8, of which there are no fewer than characters."""

_LONGEST = 600
_MARKUP = re.compile(r"([\\*_\[\]~#])")
_CALLS = re.compile(r"(?<![\w`])([@#])(?=\w)|(?<=GH)(-)(?=\d)")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "`": "&#96;"}


def said(text: str) -> str:
    """Return a sentence in which names stand between backticks, as Markdown that shows just that."""
    parts = _clean(text).split("`")
    if len(parts) % 2 == 0:  # a backtick without another is a letter
        parts[-2:] = ["`".join(parts[-2:])]
    return "".join(code(part) if n % 2 else _words(part) for n, part in enumerate(parts))


def code(text: str) -> str:
    """Return a text as code, in a table, too."""
    clean = _clean(text)
    if not clean.strip():
        return _words(clean)
    if not {"`", "|", "\\"}.intersection(clean):
        return f"`{clean}`"
    return f"<code>{''.join(c if c.isalnum() or c == ' ' else f'&#{ord(c)};' for c in clean)}</code>"


@value
class Section:
    """A part of a document: what stands above its rows, the rows, and the noun to count those by that have no room."""

    head: tuple[str, ...]
    rows: tuple[str, ...]
    noun: str = "line"


def document(head: str, sections: tuple[Section, ...], limit: int = LIMIT) -> str:
    """Return sections below a heading, within a limit of bytes; what has no room is counted where it would stand."""
    room = limit - _size(head) - sum(_size("\n".join(s.head)) + _RESERVED for s in sections)
    parts = [head]
    for section in sections:
        shown: list[str] = []
        for row in section.rows:
            room -= _size(row) + 1
            if room < 0:
                break
            shown.append(row)
        left = len(section.rows) - len(shown)
        told = f"… and {left:,} more {section.noun}{'' if left == 1 else 's'}: `mesh plan` shows all"
        parts.append("\n".join([*section.head, *shown, *(["", told] if left else [])]))
    return "\n\n".join(parts)


_RESERVED = 100
"""Room for the sentence that counts what was left out."""


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))


def _clean(text: str) -> str:
    """Return a text on one line, of a length that a reader reads, without letters that hide or turn others."""
    flat = " ".join(text.split())
    seen = "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in ("Cc", "Cf", "Cs") else c for c in flat)
    return seen if len(seen) <= _LONGEST else f"{seen[: _LONGEST - 1]}…"


def _words(text: str) -> str:
    """Escape what would be markup; part with an invisible letter what would call somebody, or link to an issue."""
    marked = _CALLS.sub(lambda m: f"{m[1] or m[2]}\N{ZERO WIDTH SPACE}", text)
    escaped = _MARKUP.sub(r"\\\1", marked)
    return "".join(_ENTITIES.get(c, c) for c in escaped)

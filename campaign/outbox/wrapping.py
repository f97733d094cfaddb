"""Plain text for mail: lines of at most 72 characters, links whole on theirs, nothing that a terminal would obey."""

import re
import textwrap

WIDTH = 72

# Whatever controls instead of being read: C0 but newline and tab, DEL, C1, half characters.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029\x85\x0b\x0c]")
_INDENT = re.compile(r"\s*(?:(?:[-*•–]|\d{1,3}[.)])\s+)?")


def clean(text: str) -> str:
    """The text with one kind of line end and without control characters."""
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text)).replace("\t", " ")


def on_one_line(text: str) -> str:
    """For a subject or a name: cleaned, no line ends, no two spaces side by side. Hard spaces stay what they are."""
    if is_harmless(text) and "  " not in text:
        return text.strip(" ")
    return re.sub(" {2,}", " ", clean(text).replace("\n", " ")).strip(" ")


def is_one_line(text: str) -> bool:
    """Whether nothing in it could end a line or control anything."""
    return is_harmless(text) or (clean(text) == text and "\n" not in text)


def is_harmless(text: str) -> bool:
    """What most are, seen at once: letters of ASCII and spaces."""
    return text.isascii() and text.isprintable()


def wrap(line: str) -> list[str]:
    """One paragraph as lines. What begins like an item of a list hangs under its first word.

    Only spaces break: not hyphens, not the hard spaces of French, not a link, however long.
    """
    if is_harmless(line) and (len(line) <= WIDTH or " " not in line):
        return [line.rstrip()]
    found = _INDENT.match(line)
    hanging = " " * len(found[0]) if found else ""
    lines = textwrap.wrap(
        line, WIDTH, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False, expand_tabs=False
    )
    return [each.rstrip() for each in lines] or [""]

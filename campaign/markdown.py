"""Markdown -> safe HTML.

Two fences stand one behind the other: the parser takes no HTML and makes only the links below, and nh3 lets nothing
through but the tags and attributes listed here. No images: a remote one would tell its host who reads the page.

Beside CommonMark and tables there are, in articles only:

    text.[^2]                   cites source 2, if there is one
    > words                     a quotation; its last paragraph names its source when it begins with a dash
    > — Somebody, 2023
    [[figures:1]]               alone on a line: figures table 1 goes here
    [[action:protest-cansec]]   alone on a line: a call to that action goes here
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup

LONGEST = 40_000  # characters; more is cut off, forms refuse it before
DEEPEST = 12  # quotations in lists in quotations …
FATTEST = 100_000  # characters of link addresses: a few lines can name a long one thousands of times

LINK = re.compile(r"(https://[^\s/]|mailto:[^\s/])", re.IGNORECASE)
REL = "nofollow noopener noreferrer"
PLACEHOLDER = re.compile(r"\[\[(figures|action):([a-z0-9-]{1,80})\]\]\s*")
CITATION = re.compile(r"\[\^([1-9][0-9]{0,2})\]")
ATTRIBUTION = re.compile(r"(—|–|--)\s+")

TAGS = set(
    "p br hr h2 h3 h4 h5 h6 em strong a sup ul ol li blockquote code pre "  # noqa: SIM905 -- a list to read
    "table thead tbody tr th td div figure figcaption".split()
)
ATTRIBUTES = {  # tag -> attribute -> what its value must be, whole
    "a": {
        "href": re.compile(r"(https://|mailto:)[^\s/].*|#s\d+", re.IGNORECASE | re.DOTALL),
        "rel": re.compile(REL),
        "id": re.compile(r"r\d+(-\d+)?"),
        "aria-label": re.compile(r".*"),
    },
    "ol": {"start": re.compile(r"\d+")},
    "div": {"class": re.compile("scroll"), "tabindex": re.compile("0")},
    "figure": {"class": re.compile("quote")},
}


@dataclass
class Citations:
    """Which sources an article has, and where its page cites them so far."""

    known: frozenset[int]
    words: Callable[[int], str]  # "Source 1", read out in place of the bare number
    places: dict[int, list[str]] = field(default_factory=dict)  # number -> ids of its marks on the page

    def mark(self, number: int | None) -> Markup:
        """The raised number that leads to the source; nothing for a source that isn't there."""
        if number not in self.known:
            return Markup("")
        here = self.places.setdefault(number, [])
        here.append(f"r{number}" if not here else f"r{number}-{len(here) + 1}")
        return Markup('<sup><a href="#s{0}" id="{1}" aria-label="{2}">{0}</a></sup>').format(
            number, here[-1], self.words(number)
        )


@dataclass(frozen=True)
class Part:
    """A stretch of an article: "text" with its HTML, or what stands between, "figures" and "action" by name."""

    kind: str
    value: str | Markup


def to_html(text: str, top: int = 3) -> Markup:
    """`text` as HTML whose highest headings are of level `top`, whatever levels it uses. Nothing of articles."""
    tokens, env = _parse(_PLAIN, text, top)
    return _clean(_PLAIN, tokens, env)


def parts(text: str, citations: Citations, top: int = 2) -> list[Part]:
    """An article's text, cut where figures and calls to actions stand in it. Marks what it cites in `citations`."""
    tokens, env = _parse(_ARTICLE, text, top)
    env["citations"] = citations
    found: list[Part] = []
    stretch: list[Token] = []
    for token in [*tokens, None]:
        if token is not None and token.type != "placeholder":
            stretch.append(token)
            continue
        if stretch:
            found.append(Part("text", _clean(_ARTICLE, stretch, env)))
            stretch = []
        if token is not None:
            found.append(Part(token.info, token.content))
    return found


class Excess(StrEnum):
    """Why a text can't be shown as it is meant."""

    DEEP = "deep"  # what lies deeper than DEEPEST would be left out
    FAT = "fat"  # its page would be many times as long as the text


def excess(text: str) -> Excess | None:
    """Whether `text` is a bomb rather than something to read. For forms, to refuse it in words."""
    env: dict[str, Any] = {"citations": Citations(frozenset(), str)}
    tokens = _MEASURE.parse(text[:LONGEST], env)
    if any(token.level >= DEEPEST for token in tokens):
        return Excess.DEEP
    inline = [child for token in tokens for child in token.children or ()]
    addresses = sum(len(str(value)) for token in inline for value in token.attrs.values())
    return Excess.FAT if addresses > FATTEST else None


def _parse(parser: MarkdownIt, text: str, top: int) -> tuple[list[Token], dict[str, Any]]:
    env: dict[str, Any] = {}
    tokens = parser.parse(text[:LONGEST], env)
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    levels = sorted({token.tag for token in headings})
    for token in headings:
        token.tag = f"h{min(top + levels.index(token.tag), 6)}"
    return tokens, env


def _clean(parser: MarkdownIt, tokens: Sequence[Token], env: dict[str, Any]) -> Markup:
    html = parser.renderer.render(tokens, parser.options, env)
    return Markup(  # noqa: S704 -- what nh3 lets through
        nh3.clean(
            html,
            tags=TAGS,
            attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
            attribute_filter=_attribute,
            url_schemes={"https", "mailto"},
            link_rel=None,
        )
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    return value if ATTRIBUTES[tag][name].fullmatch(value) else None


def _placeholder(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001 -- a rule's signature
    if state.level or state.blkIndent or state.is_code_block(start):
        return False
    found = PLACEHOLDER.fullmatch(state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]])
    if not found:
        return False
    if not silent:
        token = state.push("placeholder", "", 0)
        token.info, token.content = found.groups()
    state.line = start + 1
    return True


def _citation(state: StateInline, silent: bool) -> bool:
    found = CITATION.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.push("citation", "", 0).content = found[1]
    state.pos = found.end()
    return True


def _cite(self: Any, tokens: Sequence[Token], at: int, options: Any, env: dict[str, Any]) -> str:  # noqa: ARG001
    number = int(tokens[at].content)
    return str(env["citations"].mark(number)) or f"[^{number}]"


def _attribute_quotes(state: StateCore) -> None:
    """A quotation whose last paragraph begins with a dash becomes a figure with that paragraph as its caption."""
    tokens = state.tokens
    opened: list[int] = []
    for at, token in enumerate(tokens):
        if token.type == "blockquote_open":
            opened.append(at)
        elif token.type == "blockquote_close":
            start = opened.pop()
            last = tokens[at - 3 : at]
            if [t.type for t in last] != ["paragraph_open", "inline", "paragraph_close"] or at - 3 <= start + 1:
                continue
            dash = ATTRIBUTION.match(last[1].content)
            if not dash or not last[1].children:
                continue
            last[1].children[0].content = last[1].children[0].content[dash.end() :]
            tokens[start].meta["quote"] = True
            last[0].type, last[0].tag = "quote_caption_open", "figcaption"
            last[2].type, last[2].tag = "quote_caption_close", "figcaption"
            token.meta["quote"] = True


def _open_quote(self: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:  # noqa: ARG001
    return '<figure class="quote"><blockquote>\n' if tokens[at].meta.get("quote") else "<blockquote>\n"


def _close_quote(self: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:  # noqa: ARG001
    return "</figure>\n" if tokens[at].meta.get("quote") else "</blockquote>\n"


def _link(self: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    tokens[at].attrs = {"href": tokens[at].attrs["href"], "rel": REL}
    return str(self.renderToken(tokens, at, options, env))


def _parser(*, article: bool, deepest: int = DEEPEST) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": deepest}).enable("table").disable("image")
    parser.validateLink = lambda url: bool(LINK.match(url))  # type: ignore[method-assign]
    parser.add_render_rule("link_open", _link)
    parser.add_render_rule("table_open", lambda *_: '<div class="scroll" tabindex="0"><table>\n')
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    if article:
        parser.block.ruler.before("paragraph", "placeholder", _placeholder, {"alt": ["paragraph"]})
        parser.inline.ruler.before("link", "citation", _citation)
        parser.core.ruler.push("quotations", _attribute_quotes)
        parser.add_render_rule("citation", _cite)
        parser.add_render_rule("blockquote_open", _open_quote)
        parser.add_render_rule("blockquote_close", _close_quote)
        parser.add_render_rule("quote_caption_open", lambda *_: "</blockquote>\n<figcaption>")
        parser.add_render_rule("quote_caption_close", lambda *_: "</figcaption>\n")
    return parser


_PLAIN = _parser(article=False)
_ARTICLE = _parser(article=True)
_MEASURE = _parser(article=True, deepest=DEEPEST + 1)

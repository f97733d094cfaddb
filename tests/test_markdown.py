"""Markdown -> safe HTML."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign import markdown
from campaign.markdown import Citations, Part, parts, to_html

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A;avascript&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](//evil.example/)",
    "[x](/manage/)",
    "[x](http://plain.example/)",
    "[x](#s1)",
    "[x](ftp://host/)",
    "<javascript:alert(1)>",
    "![x](https://evil.example/pixel.png)",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    '[x](https://a.example "onmouseover=alert(1)")',
    '[x](https://a.example/"onmouseover="alert(1))',
    "[x]: javascript:alert(1)\n\n[x]",
    "<https://a.example/?\"onclick='x'>",
    "`<b>` <b>bold</b> <!-- c --> <?php ?> <![CDATA[x]]>",
    "```<script>\n</code></pre><script>alert(1)</script>\n```",
    "| a |\n|:-:|\n| <style>*{}</style> |",
    "\x00<scr\x00ipt>",
    "</div></main><form action=https://evil.example>",
]


@pytest.fixture
def citations():
    return Citations(frozenset({1, 2}), "Source {}".format)


def _attributes(html):
    return re.findall(r"<[a-z0-9]+((?:\s[^<>]*)?)>", html)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("render", [to_html, lambda text: parts(text, Citations(frozenset(), str))[0].value])
def test_nothing_hostile_comes_out(text, render):
    html = str(render(text))

    tags = set(re.findall(r"</?([a-z0-9]+)", html))
    assert tags <= markdown.TAGS
    for attributes in _attributes(html):
        assert re.fullmatch(
            r'( href="(https://|mailto:)[^"]*"| rel="nofollow noopener noreferrer"| class="scroll"| tabindex="0")*',
            attributes,
        ), html


@given(st.text(alphabet=st.sampled_from(list("<>\"'&[]()!#*_`~-=|:/\\ \n\tabhrefjs^1;")), max_size=120))
def test_whatever_is_typed_only_known_tags_come_out(text):
    html = str(to_html(text))

    assert set(re.findall(r"</?([a-zA-Z0-9]+)", html)) <= markdown.TAGS
    assert "javascript:" not in "".join(_attributes(html))


def test_links_out_tell_nobody_where_they_come_from():
    html = to_html("[report](https://example.org/a?b=1&c=2) and [mail](mailto:team@example.org)")

    assert html == (
        '<p><a href="https://example.org/a?b=1&amp;c=2" rel="nofollow noopener noreferrer">report</a> and '
        '<a href="mailto:team@example.org" rel="nofollow noopener noreferrer">mail</a></p>\n'
    )


@pytest.mark.parametrize(
    ("text", "top", "expected"),
    [
        ("# One\n\n## Two", 2, ["h2", "h3"]),
        ("### One\n\n##### Two\n\n### Three", 3, ["h3", "h4", "h3"]),
        ("# 1\n\n## 2\n\n### 3\n\n#### 4\n\n##### 5\n\n###### 6", 3, ["h3", "h4", "h5", "h6", "h6", "h6"]),
    ],
)
def test_headings_fit_under_the_page_whatever_level_was_typed(text, top, expected):
    assert re.findall(r"<(h\d)>", to_html(text, top)) == expected


def test_a_citation_leads_to_its_source_and_each_place_has_its_own_id(citations):
    [part] = parts("First.[^1] Again.[^1] Other.[^2] None.[^7]", citations)

    assert part.value == (
        '<p>First.<sup><a href="#s1" id="r1" aria-label="Source 1">1</a></sup> '
        'Again.<sup><a href="#s1" id="r1-2" aria-label="Source 1">1</a></sup> '
        'Other.<sup><a href="#s2" id="r2" aria-label="Source 2">2</a></sup> None.[^7]</p>\n'
    )
    assert citations.places == {1: ["r1", "r1-2"], 2: ["r2"]}


def test_the_words_of_a_citation_are_escaped():
    [part] = parts("x[^1]", Citations(frozenset({1}), lambda _: '"><script>'))

    assert "<script>" not in part.value


def test_figures_and_calls_cut_the_text_where_they_stand_alone(citations):
    found = parts("Before\n[[figures:1]]\nbetween\n\n[[action:protest-cansec]]\n", citations)

    assert found == [
        Part("text", "<p>Before</p>\n"),
        Part("figures", "1"),
        Part("text", "<p>between</p>\n"),
        Part("action", "protest-cansec"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Look: [[figures:1]]",
        "> [[figures:1]]",
        "- [[action:x]]",
        "```\n[[figures:1]]\n```",
        "    [[figures:1]]",
        "[[action:Ünsafe]]",
        "[[other:1]]",
        f"[[action:{'x' * 81}]]",
    ],
)
def test_elsewhere_they_stay_text(text, citations):
    assert [part.kind for part in parts(text, citations)] == ["text"]


def test_articles_marks_are_plain_text_elsewhere():
    assert to_html("Cited[^1]\n\n[[figures:1]]") == "<p>Cited[^1]</p>\n<p>[[figures:1]]</p>\n"


def test_a_quotation_names_its_source_under_it(citations):
    [part] = parts("> So it *was*.\n>\n> — The [Maple](https://example.org)[^2]", citations)

    assert part.value == (
        '<figure class="quote"><blockquote>\n<p>So it <em>was</em>.</p>\n</blockquote>\n<figcaption>The '
        '<a href="https://example.org" rel="nofollow noopener noreferrer">Maple</a>'
        '<sup><a href="#s2" id="r2" aria-label="Source 2">2</a></sup></figcaption>\n</figure>\n'
    )


@pytest.mark.parametrize("text", ["> Only words.", "> — Only a name", "> a\n>\n> —without a space"])
def test_a_quotation_without_a_source_is_one_block(text, citations):
    [part] = parts(text, citations)

    assert part.value.startswith("<blockquote>")
    assert "figcaption" not in part.value


@pytest.mark.parametrize(
    "piece", ["[", "[^", "*a ", ">", "- ", "[a](", "![", "**a_", "&", "|a", "a_", "[[figures:1]]\n", "# a\n", "`a"]
)
def test_the_longest_text_is_soon_done_however_it_is_knotted(piece, citations):
    text = piece * (100_000 // len(piece))

    start = time.monotonic()
    parts(text, citations)

    assert time.monotonic() - start < 5

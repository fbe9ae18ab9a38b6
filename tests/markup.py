"""Read HTML as a browser would, to see what elements and words are in it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from hypothesis import strategies as st

# They have no end tag.
VOID = {"br", "hr", "img", "input"}

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"></figure><b id=planted>',
    "' onmouseover='alert(1)",
    '" onfocus="alert(1)" autofocus="',
    "</style><script>alert(1)</script>",
    "</li></ol></div><iframe src=javascript:alert(1)>",
    "&amp;&lt;script&gt;&#60;b&#62;",
    "<!-- ]]> --><svg/onload=alert(1)>",
    "$\\frac{1}{0}$ {0} %s `x` **b** _i_",
)
NASTY = [*HOSTILE, *"<>&\"'\x00\x07\u200b\u200d\ufeff\u202e\ud800\udfff\U0001f469ﬀİßẞ"]
# All of Unicode, lone surrogates included, with what is known to hurt mixed in.
ANY_TEXT = st.lists(
    st.text(st.characters(), max_size=12) | st.sampled_from(NASTY), max_size=6
).map("".join)


@dataclass
class Element:
    """An element as parsed: its tag, its attributes and the words inside it."""

    tag: str
    attributes: dict
    words: str = ""
    children: list = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.top = Element("", {})
        self.open = [self.top]
        self.all = []

    def handle_starttag(self, tag, attributes):
        assert len(dict(attributes)) == len(attributes), "an attribute twice"
        element = Element(tag, dict(attributes))
        self.all.append(element)
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data):
        for element in self.open:
            element.words += data

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    handle_decl = handle_pi = unknown_decl = handle_comment


def elements(text):
    """Parse HTML that must be well formed; return its elements in order.

    Every tag must be closed in order, and there may be no comment or declaration.
    """
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == [reader.top], "an element is never closed"
    return reader.all


def skeleton(text):
    """Set of (tag, attribute names): what can arise in this HTML at all."""
    return {(e.tag, tuple(sorted(e.attributes))) for e in elements(text)}

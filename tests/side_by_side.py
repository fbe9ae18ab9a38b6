"""An explorer in a page beside its like in this process: both must show the same."""

from markup import elements
from playwright.sync_api import expect

SECONDS = 20_000  # in milliseconds: the first run of a model takes some


def said(like):
    """What the message of an explorer in this process says."""
    (line,) = elements(like.message.value)
    return line.words


def shown(html):
    """List the elements of a picture in SVG, attributes and words and all.

    Not the sources of images: matplotlib may write the same picture differently.
    """
    found = elements(html)
    for element in found:
        if element.tag == "img":
            element.attributes.pop("src")
    return [(e.tag, e.attributes, e.words) for e in found]


def figure(explorer):
    """The picture in the page, as HTML, without the mark of what had the focus."""
    html = explorer.box.locator("figure").evaluate("figure => figure.outerHTML")
    return html.replace(' data-lm-suppress-shortcuts=""', "")


def agree(explorer, like):
    """Wait until the page says what `like` says, and see that it shows the same."""
    assert "please report it" not in said(like)  # what nobody has thought of
    expect(explorer.message).to_have_text(said(like), timeout=SECONDS)
    expect(explorer.caption).to_have_text(like.caption, timeout=SECONDS)
    expect(explorer.caption).to_be_visible()
    assert shown(figure(explorer)) == shown(like.view.value)
    for image in explorer.image.all():
        expect(image).to_have_attribute("alt", like.caption)
        image.evaluate("image => image.decode()")
        assert image.evaluate("image => image.naturalWidth") > 300


def follow(explorer, like, act, **values):
    """Do something in the page, give `like` the same values: both change alike."""
    before = like.caption, figure(explorer)
    act()
    for name, value in values.items():
        getattr(like, name).value = value
    assert not said(like).startswith("Please note: ")
    assert like.caption != before[0]
    agree(explorer, like)
    assert figure(explorer) != before[1]


def refuse(explorer, like, control, typed, value):
    """Type `typed`: a sentence says why it cannot be used, and all else stays."""
    before = like.caption, figure(explorer)
    explorer.type(control, typed)
    value.value = typed
    assert said(like).startswith("Please note: ")
    assert like.caption == before[0]
    agree(explorer, like)
    assert figure(explorer) == before[1]
    expect(control).to_have_value(typed)


def explain(explorer, like, control, typed, name):
    """Type `typed`, which is odd and can be used: it is drawn, and stays text."""
    follow(explorer, like, lambda: explorer.type(control, typed), **{name: typed})
    harmless = "figure, figcaption, figure > div, img, svg, svg *"
    assert explorer.box.locator(f"figure :not({harmless})").count() == 0
    expect(explorer.box.locator("script, iframe, figcaption *")).to_have_count(0)
    assert explorer.page.evaluate("window.planted") is None

"""Tokens drawn as boxes in a row: as a picture, and as HTML."""

import html

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.textpath import TextPath

from ..text.tokens import count, isolated
from .figure import Plot, drawable, styled
from .style import BLUE, GREEN, INK, VERMILION, WRITE

# Colour and border of each kind: the border is the cue that needs no colour.
KINDS = {
    "word": (BLUE, "solid", "a word or its beginning"),
    "piece": (GREEN, "dashed", "continues a word"),
    "special": ("#5A5A5A", "double", "special token"),
    "unknown": (VERMILION, "dotted", "unknown"),
}
# Each border in the picture's lines, and in characters for its key.
BORDERS = {
    "solid": ("-", "──"),
    "dashed": ((0, (4, 2)), "╌╌"),
    "double": ("-", "══"),
    "dotted": ((0, (1, 1.5)), "┈┈"),
}
# Beyond this nobody reads the boxes one by one; the middle of a text is counted, never
# dropped in silence.
MOST_DRAWN, MOST_HTML = 120, 600

MONO = "DejaVu Sans Mono"
# Inches: the picture, a row of boxes, a monospaced character at 12 and at 8.5 points.
WIDTH, ROW, CHARACTER, SMALL = 9.2, 0.82, 0.1, 0.0715


@styled
def plot_tokens(tokens):
    """Draw the tokens of a text as boxes, with ID, offsets and token type under each.

    Parameters
    ----------
    tokens : Tokens
        From `bertlab.text.tokens.tokenize`.

    Returns
    -------
    Plot
    """
    items = drawn(tokens, MOST_DRAWN)
    boxes = list(_layout(tokens, items))
    rows = boxes[-1][1] + 1
    # The picture needs no margins: there are no axes to see.
    ax = Figure(figsize=(WIDTH, ROW * rows + 0.65)).add_axes((0, 0, 1, 1))
    for item, row, x, width in boxes:
        if isinstance(item, range):
            _draw_gap(ax, tokens, item, row, x, width)
        else:
            _draw_box(ax, tokens, item, row, x, width)
    x = 0.0
    for kind in _kinds(tokens, items):
        colour, border, words = KINDS[kind]
        label = f"{BORDERS[border][1]} {words}"
        ax.text(x, -rows * ROW - 0.1, label, color=colour, fontsize=10, va="top")
        x += TextPath((0, 0), label, size=10).get_extents().x1 / 72 + 0.3
    key = "Below each: its ID; from–to character of the text · token type."
    ax.text(0, -rows * ROW - 0.36, key, fontsize=10, va="top")
    ax.set(xlim=(-0.05, WIDTH - 0.05), ylim=(-rows * ROW - 0.6, 0.05))
    ax.set_axis_off()
    return Plot(ax.figure, ax, tokens_caption(tokens, MOST_DRAWN))


def drawn(tokens, most):
    """Choose what to draw of `tokens`: of a long text its beginning and its end.

    Every special token around the texts is drawn, and a pair's texts share the room.

    Returns
    -------
    list of int or range
        Tokens to draw, `most` of them at most; a range stands for those left out.
    """
    texts = [[i for i, s in enumerate(tokens.source) if s == which] for which in (0, 1)]
    first, second = map(len, texts)
    room = most - tokens.source.count(None)
    half = min(first, max(room // 2, room - second))
    left_out = {}
    for own, share in zip(texts, (half, room - half)):
        if len(own) > share:
            gap = range(own[share - share // 2], own[-(share // 2)])
            left_out.update(dict.fromkeys(gap, gap))
    return list(dict.fromkeys(left_out.get(i, i) for i in range(len(tokens.ids))))


def _kinds(tokens, items):
    """The kinds of the tokens that are drawn, in the order of the legend."""
    found = {tokens.kinds[i] for i in items if isinstance(i, int)}
    return [kind for kind in KINDS if kind in found]


def _left_out(tokens, gap):
    """How many tokens are left out, and how many of them truncation loses."""
    lost = sum(not tokens.kept[i] for i in gap)
    return f"… {len(gap):,} more{f', {lost:,} of them lost' if lost else ''} …"


def _layout(tokens, items):
    x, row = 0.0, 0
    for i in items:
        if isinstance(i, range):
            width = SMALL * len(_left_out(tokens, i)) + 0.14
        else:
            name = drawable(tokens.tokens[i], MONO)
            width = max(CHARACTER * len(name), SMALL * len(_place(tokens, i)), 0.8)
            width += 0.14
        if x and x + width > WIDTH - 0.15:
            x, row = 0.0, row + 1
        yield i, row, x, width
        x += width + 0.1


def _place(tokens, i):
    """Where a token stands in its text, and its type."""
    start, end = tokens.offsets[i]
    where = "" if tokens.source[i] is None else f"{start}–{end} · "
    return f"{where}type {tokens.types[i]}"


def _draw_gap(ax, tokens, gap, row, x, width):
    look = WRITE | {"family": MONO, "fontsize": 8.5, "color": INK}
    ax.text(x + width / 2, -row * ROW - 0.195, _left_out(tokens, gap), **look)


def _draw_box(ax, tokens, i, row, x, width):
    colour, border, _ = KINDS[tokens.kinds[i]]
    y = -row * ROW
    for inset in (0, 0.03) if border == "double" else (0,):
        ax.add_patch(
            FancyBboxPatch(
                (x + inset, y - 0.34 + inset),
                width - 2 * inset,
                0.3 - 2 * inset,
                boxstyle="round,pad=0,rounding_size=0.04",
                facecolor="none" if inset else colour + "18",
                edgecolor=colour,
                linestyle=BORDERS[border][0],
                linewidth=0.8 if border == "double" else 1.4,
            )
        )
    for text, down, size, shade in (
        (drawable(tokens.tokens[i], MONO), 0.195, 12, INK),
        (tokens.ids[i], 0.45, 9.5, INK),
        (_place(tokens, i), 0.63, 8.5, "#333333"),
    ):
        look = WRITE | {"family": MONO, "fontsize": size, "color": shade}
        ax.text(x + width / 2, y - down, text, **look)
    if not tokens.kept[i]:
        ax.plot([x, x + width], [y - 0.34, y - 0.04], color=INK, linewidth=1)


def tokens_caption(tokens, most=MOST_HTML):
    """Say in words what a picture of `tokens`, of `most` boxes at most, shows."""
    named = [f"{isolated(name)} {i}" for name, i in zip(tokens.tokens, tokens.ids)]
    # With semicolons: a comma is itself a token.
    more = [f"{len(named) - 24:,} more"] if len(named) > 24 else []
    told = "; ".join(named[:24] + more)
    caption = f"{count(len(named), 'token')} with their IDs: {told}."
    if 1 in tokens.types:
        caption += f" Token type 1: {count(tokens.types.count(1), 'token')}."
    if tokens.lost:
        caption += f" Crossed out, beyond {tokens.limit:,}: {len(tokens.lost):,}."
    gaps = [item for item in drawn(tokens, most) if isinstance(item, range)]
    if gaps:
        caption += f" Not drawn, from the middle: {sum(map(len, gaps)):,}."
    return caption


_KIND_CSS = "\n".join(
    f".bertlab-{kind}{{border-color:{colour}!important;"
    f"border-style:{border}!important;border-width:{3 if border == 'double' else 2}px"
    f"!important;background:{colour}14}}"
    for kind, (colour, border, _) in KINDS.items()
)
_CSS = f"""<style>
.bertlab-tokens{{display:flex;flex-wrap:wrap;gap:8px 12px;list-style:none;margin:8px 0;
 padding:2px;max-height:26em;overflow:auto}}
.bertlab-tokens li{{text-align:center;margin:0;line-height:1.3}}
.bertlab-tokens b{{display:block;unicode-bidi:isolate;padding:2px 7px;
 font:600 15px monospace;border-radius:5px;border:2px solid;white-space:pre}}
.bertlab-tokens span{{display:block;font:13px monospace}}
.bertlab-tokens small{{display:block;font:11px monospace;opacity:.8}}
.bertlab-lost{{opacity:.55;text-decoration:line-through}}
.bertlab-source{{font-size:15px;line-height:2;margin:8px 0;white-space:pre-wrap;
 overflow-wrap:anywhere;max-height:9em;overflow:auto;unicode-bidi:isolate}}
.bertlab-source span{{border-bottom:3px solid}}
.bertlab-source span:nth-child(even){{border-bottom-style:double}}
.bertlab-key b{{font-weight:normal;border:2px solid;border-radius:5px;padding:0 6px;
 margin-right:8px;display:inline-block;margin-bottom:4px}}
{_KIND_CSS}
</style>"""


def tokens_html(tokens):
    """Return `tokens` as HTML: the marked text, the boxes, and what the borders mean.

    Real text, so that every script shows, wraps on a narrow page, can be copied and is
    read out. All that was typed is escaped.
    """
    caption = html.escape(tokens_caption(tokens))
    items = drawn(tokens, MOST_HTML)
    boxes = "".join(_box(tokens, item) for item in items)
    key = "".join(
        f'<b class="bertlab-{kind}">{KINDS[kind][2]}</b>'
        for kind in _kinds(tokens, items)
    )
    return (
        f'{_CSS}<div class="bertlab-view" role="group" aria-label="{caption}">'
        f"{_source(tokens, items, 0)}{_source(tokens, items, 1)}"
        f'<ol class="bertlab-tokens" tabindex="0">{boxes}</ol>'
        f'<p class="bertlab-key">{key} Below each token: its ID; from which to which'
        " character of the text it stands; its token type.</p></div>"
    )


def _box(tokens, i):
    if isinstance(i, range):
        return f"<li>{_left_out(tokens, i)}</li>"
    lost = "" if tokens.kept[i] else ' class="bertlab-lost"'
    return (
        f'<li{lost}><b class="bertlab-{tokens.kinds[i]}">'
        f"{html.escape(tokens.tokens[i])}</b><span>{tokens.ids[i]}</span>"
        f"<small>{_place(tokens, i)}</small></li>"
    )


def _source(tokens, items, which):
    """The learner's own text, with the characters of each token drawn underlined."""
    text = tokens.pair if which else tokens.text
    if not text:
        return ""
    parts, end = [], 0
    for i in items:
        if isinstance(i, range) or tokens.source[i] != which:
            continue
        begin, stop = tokens.offsets[i]
        if begin < end:  # several tokens can come from one character
            continue
        lost = "" if tokens.kept[i] else ' class="bertlab-lost"'
        parts.append(
            f"{html.escape(text[end:begin])}<span{lost}>"
            f"{html.escape(text[begin:stop])}</span>"
        )
        end = stop
    label = "second text" if which else "your text"
    return (
        f'<div class="bertlab-source" dir="auto" tabindex="0" aria-label="{label}">'
        f"{''.join(parts)}{html.escape(text[end:])}</div>"
    )

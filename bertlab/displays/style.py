"""Colours, markers and looks that all pictures share."""

# Okabe & Ito's colours, which stay apart for the colour-blind; each use of them comes
# with a second cue (marker, hatch, border, printed value).
BLUE, ORANGE, GREEN, PINK = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
SKY, VERMILION, GREY, INK = "#56B4E9", "#D55E00", "#999999", "#222222"
CYCLE = (BLUE, ORANGE, GREEN, VERMILION, SKY, PINK, INK)
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

# Behind letters; behind letters that stand on lines; what is a range to compare with.
ON_WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1}
ON_LINES = {**ON_WHITE, "pad": 0.5, "alpha": 0.8}
HATCHED = {"facecolor": "#E4E4E4", "hatch": "///", "edgecolor": "#ADADAD", "lw": 0}
# Letters in the middle of a cell or beside a point; what a learner typed is no formula.
WRITE = {"ha": "center", "va": "center", "fontsize": 10, "parse_math": False}


def group_look(n):
    """Return colour and marker of the n-th group, from 0: more than a colour."""
    # The eighth has the first one's colour, but another marker.
    return CYCLE[n % len(CYCLE)], MARKERS[(n + n // len(CYCLE)) % len(MARKERS)]

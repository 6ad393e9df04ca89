"""Plots of an evaluation as SVG: the same figures give the same bytes. Colours are those of Okabe and Ito (2008)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pipeline.errors import CalmdeskError
from pipeline.learning.figures import SHARES, STATED_FALSE_ALARMS, SURE_SHARE, WANTED_RECALL, Delta, Group
from pipeline.learning.results import Change, Faithfulness, Trial

try:
    import matplotlib
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator, PercentFormatter
except ImportError as error:
    raise CalmdeskError(
        "the plots of the report need matplotlib, which is not installed", remedy="pip install 'calmdesk[evaluate]'"
    ) from error

BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#1C2330",
)  # fmt: skip
GREY = "#B8C0CA"
_LINES = ((BLACK, "-"), (BLUE, "--"), (VERMILION, "-."), (GREEN, ":"), (PURPLE, (0, (5, 1))), (ORANGE, (0, (1, 1))))
_WIDTH = 10.0
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: it can be searched and read aloud
    "text.parse_math": False,  # names of sources may hold a dollar sign
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#566072",
    "axes.axisbelow": True,
    "grid.color": "#E3E7EC",
    "legend.frameon": False,
}
_ID = re.compile(r'(\bid="|url\(#|href="#)')


def _drawn(name: str, title: str, height: float, columns: int, draw: Callable[[Sequence[Axes]], None]) -> str:
    """One SVG element with ``columns`` axes; its ids start with ``name``, so that many may stand on one page."""
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        draw(figure.subplots(1, columns, squeeze=False)[0])
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = stream.getvalue()
    svg = _ID.sub(lambda found: f"{found[1]}{name}-", svg[svg.index("<svg") :])
    return svg.replace("<svg", f'<svg role="img" aria-label="{title}"', 1)


def confusion(name: str, group: Group) -> str:
    """Gold labels in rows, read ones in columns: colour by share of the row, the number of messages in the cell."""

    def draw(axes: Sequence[Axes]) -> None:
        for axis, (head, found) in zip(axes, group.heads.items(), strict=True):
            rows = [[count / max(sum(row), 1) for count in row] for row in found.scores.confusion]
            axis.imshow(rows, cmap="Blues", vmin=0, vmax=1, aspect="auto")
            for y, row in enumerate(found.scores.confusion):
                for x, count in enumerate(row):
                    colour = "white" if rows[y][x] > 0.55 else BLACK if count else GREY
                    axis.text(x, y, str(count), ha="center", va="center", color=colour)
            axis.set(title=f"{head.capitalize()}: messages by label", xlabel="read as", ylabel="labelled as")
            places = range(len(found.labels))
            axis.set_xticks(places, found.labels, rotation=40, ha="right", rotation_mode="anchor")
            axis.set_yticks(places, found.labels)
            axis.tick_params(length=0)
            axis.spines[:].set_visible(False)

    return _drawn(name, f"Confusion matrices, {group.rows} messages", 4.6, 2, draw)


def reliability(name: str, group: Group) -> str:
    """How often the chosen label is right, by its probability; bars from the diagonal show the gap."""

    def draw(axes: Sequence[Axes]) -> None:
        for axis, (head, found) in zip(axes, group.heads.items(), strict=True):
            axis.plot([0, 1], [0, 1], color=GREY, linewidth=1.2)
            largest = max(one.rows for one in found.bins)
            for one in found.bins:
                axis.plot([one.confidence] * 2, [one.confidence, one.accuracy], color=SKY, linewidth=4, alpha=0.7)
                axis.scatter(one.confidence, one.accuracy, 25 + 130 * one.rows / largest, color=BLUE, zorder=3)
                up = one.accuracy >= one.confidence
                axis.annotate(
                    str(one.rows), (one.confidence, one.accuracy), (0, 9 if up else -17), textcoords="offset points",
                    ha="center", fontsize=9,
                )  # fmt: skip
            axis.set(title=f"{head.capitalize()}: calibration error {found.calibration_error.value:.3f}")
            axis.set(xlabel="probability of the chosen label", ylabel="share that is right")
            _percent(axis, "both")
            axis.set(xlim=(0, 1.04), ylim=(-0.06, 1.12))

    return _drawn(name, "Reliability of confidence", 4.2, 2, draw)


def risk_coverage(name: str, groups: Sequence[Group]) -> str:
    """Accuracy on the surest part of the messages, against how large that part is."""

    def draw(axes: Sequence[Axes]) -> None:
        for axis, head in zip(axes, ("urgency", "tone"), strict=True):
            for group, (colour, dashes) in zip(groups, _LINES, strict=False):
                found = group.heads[head]
                label = f"{group.name}: {100 * found.accuracy_when_sure.value:.1f} % at {100 * SURE_SHARE:.0f} %"
                axis.plot(SHARES, found.coverage, color=colour, linestyle=dashes, linewidth=1.8, label=label)
            axis.axvline(SURE_SHARE, color=GREY, linewidth=1.2)
            axis.axhline(0.9, color=GREY, linewidth=1.2)
            axis.set(title=f"{head.capitalize()}: surest messages first", xlabel="share of messages that it decides")
            axis.set(ylabel="share of these that is right", xlim=(0.05, 1))
            axis.set_ylim(bottom=min([0.6, *(min(one.heads[head].coverage[10:]) - 0.02 for one in groups)]), top=1.005)
            _percent(axis, "both")
            axis.legend(loc="lower left")

    return _drawn(name, "Accuracy against the share of messages that the model decides", 4.4, 2, draw)


def alarms(name: str, groups: Sequence[Group]) -> str:
    """Recall of critical messages against false alarms, on the whole and where alarms are few."""

    def draw(axes: Sequence[Axes]) -> None:
        lines = zip(groups, _LINES, strict=False)
        shown = [(group, line) for group, line in lines if group.critical.within is not None]
        for axis, limit in zip(axes, (1.0, 0.3), strict=True):
            for group, (colour, dashes) in shown:
                curve = group.critical.curve[::-1]
                alarmed = [0.0, *(one.false_alarms for one in curve), 1.0]
                axis.plot(
                    alarmed, [0.0, *(one.recall for one in curve), 1.0], color=colour, linestyle=dashes,
                    linewidth=1.8, drawstyle="steps-post", label=f"{group.name} ({group.critical.rows} critical)",
                )  # fmt: skip
                point = group.critical.operating
                if point and point.false_alarms <= limit:
                    axis.plot(point.false_alarms, point.recall, "o", color=colour, markersize=7)
            axis.axhline(WANTED_RECALL, color=GREY, linewidth=1.2)
            axis.axvline(STATED_FALSE_ALARMS, color=GREY, linewidth=1.2)
            axis.set(xlabel="other messages called critical", ylabel="critical messages found")
            axis.set(xlim=(0, limit), ylim=(0 if limit == 1 else 0.5, 1.01))
            _percent(axis, "both")
        axes[0].set_title("Critical messages: every threshold")
        axes[1].set_title("The same, where false alarms are few")
        if shown:
            axes[0].legend(loc="lower right")

    return _drawn(name, "Recall of critical messages against false alarms", 4.4, 2, draw)


def learning_curve(name: str, trials: Sequence[Trial]) -> str:
    """Macro-F1 on unseen messages against the number of messages trained on, a line for each source."""
    by_source = _by(trials, lambda trial: trial.source)

    def draw(axes: Sequence[Axes]) -> None:
        for axis, head in zip(axes, ("urgency", "tone"), strict=True):
            for (source, some), (colour, dashes) in zip(by_source.items(), _LINES, strict=False):
                ordered = sorted(some, key=lambda trial: trial.trained_on)
                values = [getattr(trial, head) for trial in ordered]
                axis.plot(
                    [trial.trained_on for trial in ordered], values, marker="o", color=colour, linestyle=dashes,
                    linewidth=1.8, label=f"{source} ({ordered[0].held_out} unseen)",
                )  # fmt: skip
            axis.set(title=f"{head.capitalize()}: what more data bring", xlabel="messages trained on")
            axis.set(ylabel="macro-F1 on unseen messages", xlim=(0, None))
            axis.grid(True)
            axis.legend(loc="lower right")

    return _drawn(name, "Learning curve", 4.2, 2, draw)


def ablations(name: str, found: Sequence[Delta]) -> str:
    """Bars of the change in macro-F1 when one part is left out; to the left means that the part helped."""
    by_source = _by(found, lambda delta: delta.source)
    names = list(dict.fromkeys(delta.name for delta in found))
    thickness = 0.8 / max(len(by_source), 1)

    def draw(axes: Sequence[Axes]) -> None:
        for axis, head in zip(axes, ("urgency", "tone"), strict=True):
            for row, ((source, some), (colour, _)) in enumerate(zip(by_source.items(), _LINES[1:], strict=False)):
                places = [names.index(delta.name) + (row - (len(by_source) - 1) / 2) * thickness for delta in some]
                values = [getattr(delta, head) for delta in some]
                bars = axis.barh(
                    places, values, 0.9 * thickness, color=colour, label=f"{source} ({some[0].held_out} unseen)"
                )
                axis.bar_label(bars, [_signed(value) for value in values], padding=3, fontsize=8)
            axis.axvline(0, color=BLACK, linewidth=1)
            axis.set_yticks(range(len(names)), names)
            axis.set(
                title=f"{head.capitalize()}: one part left out", xlabel="change in macro-F1 against the full model"
            )
            axis.xaxis.set_major_locator(MaxNLocator(5))
            axis.margins(x=0.25)
            axis.invert_yaxis()
        axes[1].tick_params(labelleft=False)
        _legend_below(axes[0])

    return _drawn(name, "Ablations", max(2.2, 1.4 + 0.3 * len(names) * len(by_source)), 2, draw)


def changes(name: str, found: Sequence[Change]) -> str:
    """For each rewriting that must not matter the shares of messages that kept, raised and lowered their urgency."""
    parts = (("same", BLUE, "same"), ("raised", ORANGE, "raised"), ("lowered", VERMILION, "lowered"))

    def draw(axes: Sequence[Axes]) -> None:
        axis = axes[0]
        names = [f"{change.name} ({change.rows})" for change in found]
        start = [0.0] * len(found)
        for part, colour, label in parts:
            shares = [getattr(change, part) / max(change.rows, 1) for change in found]
            axis.barh(names, shares, 0.65, left=start, color=colour, label=label)
            start = [one + more for one, more in zip(start, shares, strict=True)]
        for place, change in enumerate(found):
            same = 100 * change.same / max(change.rows, 1)
            words = f"{same:.1f} % same, {change.raised} raised, {change.lowered} lowered"
            axis.text(0.01, place, words, va="center", color="white")
        axis.set(title="Urgency after a rewriting that must not matter", xlabel="share of messages", xlim=(0, 1))
        _percent(axis, "x")
        axis.grid(False)
        axis.invert_yaxis()
        _legend_below(axis)

    return _drawn(name, "Changes that must not matter", max(2.0, 1.4 + 0.36 * len(found)), 1, draw)


def faithfulness(name: str, found: Sequence[Faithfulness]) -> str:
    """How far the score falls without the evidence shown, and without as many other words."""

    def draw(axes: Sequence[Axes]) -> None:
        axis = axes[0]
        places = range(len(found))
        for shift, colour, label, values in (
            (-0.19, BLUE, "without the evidence", [one.without_evidence for one in found]),
            (0.19, GREY, "without as many random words", [one.without_random for one in found]),
        ):
            bars = axis.barh([place + shift for place in places], values, 0.36, color=colour, label=label)
            axis.bar_label(bars, [f"{value:.3f}" for value in values], padding=3)
        axis.set_yticks(
            list(places), [f"{one.target}\n({one.messages} messages,\n{100 * one.wins:.0f} % larger)" for one in found]
        )
        axis.set(title="How far the score of the chosen label falls", xlabel="mean fall of the probability")
        axis.margins(x=0.12)
        axis.invert_yaxis()
        _legend_below(axis)

    return _drawn(name, "Faithfulness of evidence", max(2.0, 1.2 + 0.8 * len(found)), 1, draw)


def _percent(axis: Axes, which: str) -> None:
    for name in ("x", "y") if which == "both" else (which,):
        getattr(axis, f"{name}axis").set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    axis.grid(True)


def _legend_below(axis: Axes) -> None:
    handles, labels = axis.get_legend_handles_labels()
    figure = axis.get_figure(root=True)
    if figure is not None:
        figure.legend(handles, labels, loc="outside lower center", ncols=3)


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "\N{MINUS SIGN}")


def _by(rows: Iterable[Any], key: Callable[[Any], str]) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found

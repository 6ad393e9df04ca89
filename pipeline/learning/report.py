"""The report of an evaluation: a page to read and a file for programs, both the same for the same results.

Messages of others are never written out: of a wrong reading the page shows the text only where the message is the
project's own, and the file for programs holds no texts at all.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from pipeline.errors import CalmdeskError
from pipeline.learning import plots
from pipeline.learning.figures import (
    HEADS,
    KINDS,
    POOLED,
    REAL,
    SHARES,
    SHORT,
    STATED_FALSE_ALARMS,
    SURE_SHARE,
    WANTED_RECALL,
    WRITTEN,
    ConfidentError,
    Figures,
    Group,
    confident_errors,
    figures,
)
from pipeline.learning.goals import Outcome, outcomes
from pipeline.learning.results import Results

TEMPLATE = Path(__file__).with_name("report.html.jinja")
MOST_CONFUSIONS, MOST_LINES = 3, 6
_SHOWN_CHARACTERS = 400
_NOT_SHOWN = ("data", "labels", "scores", "thresholds")
"""Parts of the card that the page leaves out or gives a table of their own."""


def write_report(results: Results, out: Path, own_sources: Collection[str]) -> Path:
    """Write ``report.html`` and ``report.json`` to the folder ``out``; gives the path of the page.

    Texts of messages from ``own_sources`` alone are shown. CalmdeskError where the files cannot be written.
    """
    found = figures(results)
    reached = outcomes(results, found)
    page = render(results, found, reached, own_sources)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in (("report.json", as_json(results, found, reached)), ("report.html", page)):
            # JSON may smuggle in half a character, which no UTF-8 can hold.
            (out / name).write_bytes(content.encode("utf-8", "replace"))
    except OSError as error:
        raise CalmdeskError(f"{out}: the report cannot be written: {error}") from error
    return out / "report.html"


def render(results: Results, found: Figures, reached: Sequence[Outcome], own_sources: Collection[str]) -> str:
    """The page, with everything it needs inside."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = _number
    environment.filters["percent"] = _percent
    environment.filters["shortened"] = _shortened
    groups = found.cross_validated or found.held_out
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        results=results,
        groups=groups,
        drawn=drawn_groups(groups),
        confusions=MOST_CONFUSIONS,
        held_out=drawn_groups(found.held_out),
        outcomes=reached,
        summary=_summary(found, reached),
        missing=_missing(results, found, reached),
        plots={name: Markup(svg) for name, svg in _plots(results, found).items()},  # noqa: S704 - our own SVG
        errors=_errors(results, own_sources),
        card=_card(results.card),
        data=_data(results.card),
        pooled=POOLED,
        sure=_whole(SURE_SHARE),
        recall=_whole(WANTED_RECALL),
        false_alarms=_whole(STATED_FALSE_ALARMS),
    )


def as_json(results: Results, found: Figures, reached: Sequence[Outcome]) -> str:
    """Every figure and no text of a message."""
    content = {
        "goals": [
            {
                "name": one.goal.name,
                "what": one.goal.what,
                "comparison": one.goal.comparison,
                "wanted": one.goal.wanted,
                "measured": asdict(one.measured) if one.measured else None,
                "reached": one.reached,
                "note": one.note,
            }
            for one in reached
        ],
        "coverage_shares": SHARES,
        "cross_validated": {name: asdict(group) for name, group in found.cross_validated.items()},
        "held_out": {name: asdict(group) for name, group in found.held_out.items()},
        "learning_curve": [asdict(trial) for trial in results.learning_curve],
        "ablations": [asdict(trial) for trial in results.ablations],
        "changes": [asdict(change) for change in results.changes],
        "faithfulness": [asdict(one) for one in results.faithfulness],
        "auxiliary": [asdict(one) for one in results.auxiliary],
        "boundaries": [asdict(one) for one in results.boundaries],
        "concerns": asdict(results.concerns) if results.concerns else None,
        "missing": results.missing,
        "card": results.card,
    }
    return json.dumps(_rounded(content), indent=1, ensure_ascii=False) + "\n"


def _rounded(value: Any) -> Any:
    """Six digits are more than any of the figures deserves."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, Mapping):
        return {str(key): _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value


def drawn_groups(groups: Mapping[str, Group]) -> list[Group]:
    """What plots show: all messages, real ones, the kinds of written ones, and other sources, the larger ones first."""
    first = (POOLED, REAL, WRITTEN, SHORT)
    named = [group for name, group in groups.items() if not name.startswith(tuple(KINDS))]
    parts = [group for group in named if group.name == POOLED or group.rows < groups[POOLED].rows]
    return sorted(parts, key=lambda one: (first.index(one.name) if one.name in first else len(first), -one.rows))


def _plots(results: Results, found: Figures) -> dict[str, str]:
    """SVG by name, only of what was measured."""
    drawn: dict[str, str] = {}
    groups = drawn_groups(found.cross_validated or found.held_out)
    if groups:
        for number, group in enumerate(groups[:MOST_CONFUSIONS]):
            drawn[f"confusion-{number}"] = plots.confusion(f"confusion-{number}", group)
        drawn["reliability"] = plots.reliability("reliability", groups[0])
        drawn["coverage"] = plots.risk_coverage("coverage", groups[:MOST_LINES])
        drawn["alarms"] = plots.alarms("alarms", groups[:MOST_LINES])
    if results.learning_curve:
        drawn["curve"] = plots.learning_curve("curve", results.learning_curve)
    if found.ablations:
        drawn["ablations"] = plots.ablations("ablations", found.ablations)
    if results.changes:
        drawn["changes"] = plots.changes("changes", results.changes)
    if results.faithfulness:
        drawn["faithfulness"] = plots.faithfulness("faithfulness", results.faithfulness)
    return drawn


def _errors(results: Results, own_sources: Collection[str]) -> dict[str, list[ConfidentError]]:
    predictions = results.cross_validated or results.held_out
    return {head: confident_errors(predictions, head, own_sources) for head in HEADS}


def _summary(found: Figures, reached: Sequence[Outcome]) -> list[str]:
    """The findings in plain words."""
    met, missed, unknown = (sum(one.reached is state for one in reached) for state in (True, False, None))
    lines = [f"Of {len(reached)} goals {met} are reached, {missed} are not, and {unknown} were not measured."]
    groups = found.cross_validated or found.held_out
    for name in (REAL, WRITTEN):
        if name in groups:
            lines.append(_in_words(groups[name]))
    if POOLED in groups:
        lines += _on_confidence(groups[POOLED])
    return lines


def _in_words(group: Group) -> str:
    urgency, tone = (group.heads[head] for head in ("urgency", "tone"))
    return (
        f"On {group.name} ({group.rows} messages) it reads the urgency right in {_percent(urgency.accuracy.value)} "
        f"and the tone in {_percent(tone.accuracy.value)} of cases; macro-F1, which counts every label alike, is "
        f"{_number(urgency.macro_f1.value)} and {_number(tone.macro_f1.value)}."
    )


def _on_confidence(group: Group) -> list[str]:
    point = group.critical.operating
    sure = (
        f"Where it is surest, on {_whole(SURE_SHARE)} of all messages, it is right in "
        f"{_percent(group.heads['urgency'].accuracy_when_sure.value)} (urgency) and "
        f"{_percent(group.heads['tone'].accuracy_when_sure.value)} (tone) of cases."
    )
    if point is None:
        return [sure]
    return [
        sure,
        f"To find {_percent(point.recall)} of the {group.critical.rows} critical messages, it would also have to call "
        f"{_percent(point.false_alarms)} of all others critical.",
    ]


def _missing(results: Results, found: Figures, reached: Sequence[Outcome]) -> list[str]:
    """What was not measured and why, the reasons of the evaluation first."""
    empty = {
        "learning curve": results.learning_curve,
        "ablations": found.ablations,
        "changes that must not matter": results.changes,
        "faithfulness": results.faithfulness,
        "auxiliary heads": results.auxiliary,
        "cross-validation": results.cross_validated,
        "weights under test on their own test rows": results.held_out,
    }
    told = " ".join(results.missing).lower()
    others = [f"{name}: no figures were given" for name, rows in empty.items() if not rows and name not in told]
    goals: dict[str, list[str]] = {}
    for one in reached:
        if one.reached is None:
            goals.setdefault(one.note, []).append(one.goal.name)
    return [*results.missing, *(f"{', '.join(names)}: {why}" for why, names in goals.items()), *others]


def _card(card: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """The card as lines of name and value; names of inner parts are joined by a dot."""
    lines: list[tuple[str, str]] = []
    for key, value in card.items():
        if not prefix and key in _NOT_SHOWN:
            continue
        if isinstance(value, Mapping):
            lines += _card(value, f"{prefix}{key}.")
        else:
            lines.append((f"{prefix}{key}", str(value)))
    return lines


def _data(card: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """File, rows and hash of each file that was trained on."""
    rows = card.get("data", ())
    return [tuple(str(row.get(key, "–")) for key in ("file", "rows", "sha256")) for row in rows]


def _number(value: float) -> str:
    return f"{value:.3f}"


def _percent(value: float) -> str:
    return f"{100 * value:.1f}\N{NO-BREAK SPACE}%"


def _whole(value: float) -> str:
    return f"{100 * value:.0f}\N{NO-BREAK SPACE}%"


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _SHOWN_CHARACTERS else f"{words[:_SHOWN_CHARACTERS]} …"

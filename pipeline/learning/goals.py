"""What triage must reach to be trusted, as data, and what an evaluation says of it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.learning import bootstrap
from pipeline.learning.bootstrap import Interval
from pipeline.learning.figures import POOLED, REAL, STATED_FALSE_ALARMS, SURE_SHARE, WRITTEN, Figures, Group
from pipeline.learning.results import Results

CONCERN_PRECISION = 0.8
_TASKS = {"goemotions": ("goemotions",), "tweeteval_emotion": ("tweeteval_emotion", "emotion")}
"""Names that the folder of a data set goes by."""


class Comparison(enum.StrEnum):
    AT_LEAST = "at least"
    AT_MOST = "at most"


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure with its interval, what else there is to say, and whether a second condition of the goal holds."""

    interval: Interval
    note: str = ""
    condition: bool = True


@dataclass(frozen=True, slots=True)
class Goal:
    """``measure`` gives the measure, or in words why there is none."""

    name: str
    what: str
    wanted: float
    comparison: Comparison
    measure: Callable[[Results, Figures], Measured | str]

    def met_by(self, value: float) -> bool:
        return value >= self.wanted if self.comparison is Comparison.AT_LEAST else value <= self.wanted


@dataclass(frozen=True, slots=True)
class Outcome:
    """``reached`` is None where nothing was measured, which ``note`` explains; ``sure`` where the interval agrees."""

    goal: Goal
    measured: Interval | None
    reached: bool | None
    sure: bool
    note: str

    @property
    def verdict(self) -> str:
        if self.reached is None:
            return "not measured"
        return ("reached" if self.reached else "not reached") + ("" if self.sure else ", within the noise")


def outcomes(results: Results, figures: Figures) -> list[Outcome]:
    """What each of `GOALS` came to, in their order."""
    return [_outcome(goal, goal.measure(results, figures)) for goal in GOALS]


def _outcome(goal: Goal, measured: Measured | str) -> Outcome:
    if isinstance(measured, str):
        return Outcome(goal, None, None, False, measured)
    interval = measured.interval
    met = goal.met_by(interval.value)
    sure = not measured.condition or met == goal.met_by(interval.low) == goal.met_by(interval.high)
    return Outcome(goal, interval, met and measured.condition, sure, measured.note)


def _group(figures: Figures, name: str) -> Group | str:
    if not figures.cross_validated:
        return "no cross-validation was run"
    return figures.cross_validated.get(name, f"no messages of {name} in the cross-validation")


def _of_real(figures: Figures, value: Callable[[Group], float]) -> str:
    """The same figure on real messages alone, which are harder than the others and fewer."""
    real = figures.cross_validated.get(REAL)
    return f"; {REAL} alone {value(real):.3f}" if real else ""


def _macro_f1(name: str, head: str) -> Callable[[Results, Figures], Measured | str]:
    def measure(results: Results, figures: Figures) -> Measured | str:
        group = _group(figures, name)
        if isinstance(group, str):
            return group
        worst = group.heads[head].most_confused
        often = f"; most often {worst.gold} is read as {worst.read} ({worst.count} of {worst.rows})" if worst else ""
        return Measured(group.heads[head].macro_f1, f"{group.rows} messages{often}")

    return measure


def _pooled(
    interval: Callable[[Group], Interval], more: Callable[[Group], str] = lambda group: ""
) -> Callable[[Results, Figures], Measured | str]:
    """A figure of all messages, with that of real ones beside it."""

    def measure(results: Results, figures: Figures) -> Measured | str:
        group = _group(figures, POOLED)
        if isinstance(group, str):
            return group
        real = _of_real(figures, lambda one: interval(one).value)
        return Measured(interval(group), f"all {group.rows} messages{real}{more(group)}")

    return measure


def _calibration(head: str) -> Callable[[Results, Figures], Measured | str]:
    return _pooled(lambda group: group.heads[head].calibration_error)


def _when_sure(head: str) -> Callable[[Results, Figures], Measured | str]:
    return _pooled(
        lambda group: group.heads[head].accuracy_when_sure,
        lambda group: f"; mean of urgency and tone {group.accuracy_when_sure:.3f}",
    )


def _critical(results: Results, figures: Figures) -> Measured | str:
    group = _group(figures, POOLED)
    if isinstance(group, str):
        return group
    critical = group.critical
    if critical.within is None or critical.operating is None:
        return "recall and false alarms need both critical and other messages"
    point = critical.operating
    real = figures.cross_validated.get(REAL)
    alone = f"; {REAL} alone {real.critical.within.value:.3f}" if real and real.critical.within else ""
    note = (
        f"{critical.rows} critical messages{alone}; a recall of {point.recall:.3f} takes "
        f"{100 * point.false_alarms:.1f} % false alarms (score of critical from {point.threshold:.3f})"
    )
    return Measured(critical.within, note)


def _auxiliary(task: str) -> Callable[[Results, Figures], Measured | str]:
    def measure(results: Results, figures: Figures) -> Measured | str:
        score = next((one for one in results.auxiliary if one.task in _TASKS[task] and one.rows), None)
        if score is None:
            return "the task was not given to the evaluation"
        value = score.macro_f1
        note = f"{score.rows} rows, {len(score.by_label)} labels; no interval: the task's single rows are not kept"
        return Measured(Interval(value, value, value), f"{note}; {score.note}" if score.note else note)

    return measure


def _concerns(results: Results, figures: Figures) -> Measured | str:
    concerns = results.concerns
    if concerns is None or not concerns.gold:
        return "no labelled concerns were given to the evaluation"
    enough = concerns.precision >= CONCERN_PRECISION
    missed = "" if enough else f", which is less than {CONCERN_PRECISION}"
    note = f"precision {concerns.precision:.3f}{missed}; {concerns.gold} concerns in {concerns.mails} mails"
    return Measured(bootstrap.share(concerns.found, concerns.gold), note, enough)


def _goals() -> Sequence[Goal]:
    least, most = Comparison.AT_LEAST, Comparison.AT_MOST
    percent = f"{100 * SURE_SHARE:.0f} %"
    return (
        Goal("Urgency of real messages", "macro-F1, cross-validated", 0.72, least, _macro_f1(REAL, "urgency")),
        Goal("Tone of real messages", "macro-F1, cross-validated", 0.70, least, _macro_f1(REAL, "tone")),
        Goal("Urgency of written mails", "macro-F1, cross-validated", 0.87, least, _macro_f1(WRITTEN, "urgency")),
        Goal("Tone of written mails", "macro-F1, cross-validated", 0.93, least, _macro_f1(WRITTEN, "tone")),
        Goal(
            "Critical messages found",
            f"recall, with at most {100 * STATED_FALSE_ALARMS:.0f} % of the other messages called critical",
            0.95,
            least,
            _critical,
        ),
        Goal("Confidence in urgency", "expected calibration error", 0.04, most, _calibration("urgency")),
        Goal("Confidence in tone", "expected calibration error", 0.04, most, _calibration("tone")),
        Goal("Urgency when sure", f"accuracy on the {percent} it is surest of", 0.90, least, _when_sure("urgency")),
        Goal("Tone when sure", f"accuracy on the {percent} it is surest of", 0.90, least, _when_sure("tone")),
        Goal("GoEmotions", "macro-F1 of the auxiliary head on the dev rows", 0.50, least, _auxiliary("goemotions")),
        Goal(
            "TweetEval emotion",
            "macro-F1 of the auxiliary head on the val rows",
            0.78,
            least,
            _auxiliary("tweeteval_emotion"),
        ),
        Goal("Concerns found", f"recall, at a precision of at least {CONCERN_PRECISION}", 0.85, least, _concerns),
    )


GOALS = tuple(_goals())

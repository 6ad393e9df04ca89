"""The verbs of the model: training it on labelled messages, and measuring it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.options import OptionalConfig, load
from pipeline.cli.output import write

if TYPE_CHECKING:
    from pipeline.config import ModelConfig


def train(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the weights.")],
    data: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DATA...", help="Labelled .jsonl files, or folders of them; default: the seed set."),
    ] = None,
    auxiliary: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Further labelled data to learn from, such as GoEmotions; may be repeated."),
    ] = None,
    start: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Go on from these weights instead of the published encoder.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same weights on one machine.")] = 7,
    epochs: Annotated[int, typer.Option(min=0, max=100, help="Passes over the messages.")] = 5,
    auxiliary_epochs: Annotated[int, typer.Option(min=0, max=100, help="Passes over the further data before.")] = 3,
    replies: Annotated[
        bool, typer.Option("--replies", help="Train what reads the sentences of replies, not the triage.")
    ] = False,
    questions: Annotated[
        bool, typer.Option("--questions", help="Train the search of the knowledge base, not the triage.")
    ] = False,
    config: OptionalConfig = None,
) -> None:
    """Train the triage model on labelled messages: on those named, or on the seed set in the package.

    Reads {"id","text","urgency","tone","subject"?,"intensity"?,"flags"?,"pair"?,"boundary"?,"concerns"?} a line;
    writes model.safetensors and model.json to DIR, the scores on messages it never saw among them, and
    {"out","trained_on","dev","test"} to stdout. Name DIR as model.weights in calmdesk.yaml to use it; the encoder is
    that of --config.

    With --replies it reads lines_*.jsonl {"text","bad","kind"} and acts_*.jsonl {"text","acts"}, sentences of replies,
    and writes replies.safetensors and replies.json to DIR, which may be the folder of the triage weights.

    With --questions it reads folders of firms, each with its articles *.md and questions.jsonl
    {"subject","text","article","also"}, the article empty where none answers; at least four firms, since what is
    trained is judged on firms left out. It writes search.safetensors and search.json to DIR.

    Example: calmdesk train labelled/ --out weights
    """
    loaded = load(config)
    if replies:
        _train_replies(data, out, loaded.calmdesk.model, seed, epochs)
        return
    if questions:
        _train_questions(data, out, loaded.calmdesk.model, seed, epochs)
        return
    from pipeline.learning.data import SEED
    from pipeline.learning.fit import Recipe
    from pipeline.learning.train import train

    report = train(
        data or [SEED],
        out,
        model=loaded.calmdesk.model,
        auxiliary=auxiliary or [],
        start=start,
        recipe=Recipe(epochs=epochs, auxiliary_epochs=auxiliary_epochs, seed=seed),
        progress=_tell,
    )
    typer.echo(str(report), err=True)
    dev, test = report.dev.as_dict(), report.test.as_dict()
    write({"out": str(report.out), "trained_on": report.trained_on, "dev": dev, "test": test})


def _train_replies(data: list[Path] | None, out: Path, model: ModelConfig, seed: int, epochs: int) -> None:
    from pipeline.learning.reply_fit import ReplyRecipe, train_replies
    from pipeline.learning.reply_lines import REPLIES

    recipe = ReplyRecipe(epochs=epochs, seed=seed)
    _write_card(out, train_replies(data or [REPLIES], out, model=model, recipe=recipe, progress=_tell))


def _train_questions(data: list[Path] | None, out: Path, model: ModelConfig, seed: int, epochs: int) -> None:
    from pipeline.learning.search_firms import FIRMS
    from pipeline.learning.search_fit import SearchRecipe, train_search

    recipe = SearchRecipe(epochs=epochs, seed=seed)
    _write_card(out, train_search(data or [FIRMS], out, model=model, recipe=recipe, progress=_tell))


def _write_card(out: Path, card: Mapping[str, Any]) -> None:
    write({"out": str(out), "scores": card["scores"]})


def _tell(line: str) -> None:
    typer.echo(line, err=True)


def evaluate(
    data: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DATA...", help="Labelled .jsonl files, or folders of them, beside the seed set."),
    ] = None,
    auxiliary: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Auxiliary data, as for train; may be repeated."),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the report and what it can go on from.")] = Path(
        "evaluation"
    ),
    full: Annotated[
        bool, typer.Option("--full", help="Train again to cross-validate and to see what helps: hours on a CPU.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of the trainings.")] = 7,
    config: OptionalConfig = None,
) -> None:
    """Measure the triage model of --config: a report with figures and plots, and what to improve next.

    Writes report.html and report.json to --out and {"report"} to stdout. Without --full the weights are read on
    the messages that no training saw; with it, the way of training is judged too, on five folds. What was trained is
    kept in --out, so an interrupted run goes on where it stopped. Needs matplotlib: pip install 'calmdesk[evaluate]'.

    Example: calmdesk evaluate labelled/ --auxiliary goemotions --full
    """
    loaded = load(config)
    from pipeline.learning.data import SEED, data_files
    from pipeline.learning.evaluation import Plan, evaluate_all
    from pipeline.learning.fit import Recipe
    from pipeline.learning.report import write_report

    plan = Plan(
        seed=[SEED],
        others=data or [],
        auxiliary=auxiliary or [],
        runs=out / "runs",
        model=loaded.calmdesk.model,
        thresholds=loaded.thresholds.default,
        recipe=Recipe(seed=seed),
        cross_validate=full,
        trials=full,
    )
    results = evaluate_all(plan, lambda line: typer.echo(line, err=True))
    report = write_report(results, out, {file.stem for file in data_files([SEED])})
    write({"report": str(report)})

"""The report of an evaluation: complete, harmless, the same each time, and without the texts of others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from lxml import html

from pipeline.errors import CalmdeskError
from pipeline.learning.goals import GOALS
from pipeline.learning.report import write_report
from pipeline.learning.results import Results, Trial
from tests.unit.learning_results import full_results, prediction

HOSTILE = "<script>alert(1)</script> & $\\frac{$ {{ 7 * 7 }} \ud800"
OWN = ("mails_1",)


def page(results: Results, folder: Path) -> str:
    return write_report(results, folder, OWN).read_text(encoding="utf-8")


def test_the_page_holds_every_goal_and_every_section(tmp_path: Path) -> None:
    content = page(full_results(), tmp_path)
    words = html.fromstring(content).text_content()
    for goal in GOALS:
        assert goal.name in words
    for heading in html.fromstring(content).iterfind(".//h2"):
        assert heading.text
    for name in ("confusion-0", "reliability", "coverage", "alarms", "curve", "ablations", "changes", "faithfulness"):
        assert f'id="{name}-' in content
    assert "Speed: measured elsewhere" in words


def test_plots_are_well_formed_and_their_ids_are_not_shared(tmp_path: Path) -> None:
    content = page(full_results(), tmp_path)
    seen: set[str] = set()
    pieces = content.split("<svg")[1:]
    assert len(pieces) == 10
    for piece in pieces:
        root = ElementTree.fromstring("<svg" + piece[: piece.index("</svg>")] + "</svg>")
        ids = {one.attrib["id"] for one in root.iter() if "id" in one.attrib}
        assert not ids & seen
        seen |= ids


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(tmp_path: Path) -> None:
    tree = html.fromstring(page(full_results(), tmp_path))
    assert not tree.xpath("//script | //link | //img | //iframe | //@src | //@onload")
    assert all(link.startswith("#") for link in tree.xpath("//@href"))


def test_hostile_text_is_escaped_wherever_it_stands(tmp_path: Path) -> None:
    results = Results(
        {HOSTILE: HOSTILE, "data": [{"file": HOSTILE}]},
        cross_validated=[
            prediction("high", "low", id=HOSTILE, source=HOSTILE[:-1], text=HOSTILE),
            prediction("critical", "low", source="mails_1", text=HOSTILE),
        ],
        learning_curve=[Trial(HOSTILE, HOSTILE[:-1], 10, 2, 0.5, 0.5)],
        missing=(HOSTILE,),
    )
    content = write_report(results, tmp_path, (HOSTILE[:-1], "mails_1")).read_text(encoding="utf-8")
    assert "<script" not in content
    assert not html.fromstring(content).xpath("//script")
    assert "7 * 7" in content


def test_texts_of_others_are_written_nowhere(tmp_path: Path) -> None:
    content = page(full_results(own="Own words.", foreign="Foreign words."), tmp_path)
    assert "Own words." in content
    assert "Foreign words." not in content
    assert "words." not in (tmp_path / "report.json").read_text(encoding="utf-8")


def test_long_texts_are_cut(tmp_path: Path) -> None:
    results = Results({}, cross_validated=[prediction("high", "low", text="word " * 1000)])
    assert page(results, tmp_path).count("word ") < 200


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (write_report(full_results(), tmp_path / name, OWN) for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
    assert (tmp_path / "a/report.json").read_bytes() == (tmp_path / "b/report.json").read_bytes()


def test_nothing_measured_still_makes_a_report_that_says_so(tmp_path: Path) -> None:
    content = page(Results({}), tmp_path)
    assert f"Of {len(GOALS)} goals 0 are reached, 0 are not, and {len(GOALS)} were not measured." in content
    assert "<svg" not in content
    found = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert [goal["reached"] for goal in found["goals"]] == [None] * len(GOALS)


@pytest.mark.parametrize("urgency", ["critical", "low"])
def test_a_single_message_makes_a_report(tmp_path: Path, urgency: str) -> None:
    assert "<svg" in page(Results({}, held_out=[prediction(urgency, urgency)]), tmp_path)


def test_the_file_for_programs_holds_the_figures(tmp_path: Path) -> None:
    page(full_results(), tmp_path)
    found = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    urgency = found["cross_validated"]["care-real"]["heads"]["urgency"]
    assert sum(map(sum, urgency["scores"]["confusion"])) == 60
    assert urgency["macro_f1"]["low"] <= urgency["macro_f1"]["value"] <= urgency["macro_f1"]["high"]
    assert [goal["name"] for goal in found["goals"]] == [goal.name for goal in GOALS]
    assert found["concerns"]["gold"] == 40


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CalmdeskError, match="file"):
        write_report(Results({}), tmp_path / "file", ())


def test_a_missing_plot_library_is_named_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "matplotlib.py").write_text("raise ImportError('not here')")
    program = (
        "from pipeline.errors import CalmdeskError\n"
        "try:\n    import pipeline.learning.report\nexcept CalmdeskError as error:\n    print(error)\n"
    )
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "matplotlib" in done.stdout
    assert "pip install 'calmdesk[evaluate]'" in done.stdout

"""How good the drafts are, and how well the checks see what is wrong with a reply.

    python -m benchmarks.drafts --out evaluation

Measures on data of the project's own that no rule was written with (`pipeline/learning/seed/replies`) and on the drafts
for its own mails; writes ``drafts.json`` and ``drafts.html``, the latter with 40 mails and their three drafts side by
side, made to be read by a person. With --cross what reads the sentences of replies is trained once for each hand that
wrote lines and judged by the lines of that hand: some minutes each.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks.drafts.cross import cross_judged
from benchmarks.drafts.goals import goals
from benchmarks.drafts.measures import measured_checks, measured_languages, measured_retrieval
from benchmarks.drafts.sheet import chosen, render
from benchmarks.drafts.written import coverage, flags, openings, write_drafts
from pipeline.config import load_config
from pipeline.engine.desk import Desk


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("evaluation"), help="folder for the report")
    parser.add_argument("--config", type=Path, default=Path("config"), help="folder of the sample firm")
    parser.add_argument("--mails", type=int, help="draft for so many mails only")
    parser.add_argument("--cross", action="store_true", help="train and judge hand by hand")
    options = parser.parse_args()
    desk = Desk.load(load_config(options.config, {}))
    try:
        told("drafting")
        written = write_drafts(desk, options.mails)
        told("checks and retrieval")
        found = {
            "drafts": {"coverage": coverage(written), "flags": flags(written), "proposed": openings(written)},
            **measured_checks(desk),
            "languages": measured_languages(desk.config),
            "retrieval": measured_retrieval(desk),
        }
        if options.cross:
            found["composure_by_hand"] = cross_judged(desk.config.calmdesk.model, told)
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "drafts.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        page = render(found, goals(found), chosen(written))
        (options.out / "drafts.html").write_text(page, encoding="utf-8")
    finally:
        desk.close()
    print(json.dumps({"report": str(options.out / "drafts.html")}))


def told(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

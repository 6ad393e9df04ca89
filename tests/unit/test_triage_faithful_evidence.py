"""The phrases shown for a label are what moved the served model: without them it falls further than without others."""

from __future__ import annotations

import pytest

from pipeline.learning.data import SEED, data_files, read_examples
from pipeline.learning.faithfulness import measure_faithfulness
from pipeline.triage.weights_file import load_reader

MESSAGES = 60


@pytest.mark.usefixtures("one_thread")
def test_without_its_evidence_a_label_falls_further_than_without_other_words() -> None:
    dev = [one for one in read_examples(data_files([SEED])) if one.split == "dev" and 15 <= len(one.text.split()) <= 80]
    found = measure_faithfulness(load_reader("all-minilm-l6-v2", ""), dev[:MESSAGES], lambda line: None)
    for one in found:
        assert one.messages > MESSAGES / 4
        assert one.without_evidence > 2 * max(one.without_random, 0.01)
        assert one.wins > 0.7

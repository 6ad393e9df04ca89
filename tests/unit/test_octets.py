from __future__ import annotations

import pytest

from pipeline.review.templatetags.desk import octets


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (31_400_000, "31.4 MB"),
        (2**40, "1099511.6 MB"),
    ],
)
def test_sizes_are_shown_in_powers_of_ten(size: int, shown: str) -> None:
    assert octets(size) == shown

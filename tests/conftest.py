"""What all tests share: steady Hypothesis runs and an installation of the shipped sample firm."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from pipeline.config import Config, load_config
from pipeline.resources import default_folder

# Machines that run tests are shared and slow at times: a deadline would fail tests by the clock.
hypothesis_settings.register_profile("calmdesk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("calmdesk")


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """The model computes with one thread: small tensors gain nothing by more, and sums come out the same everywhere."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def desk_config(tmp_path: Path, settings: Any) -> Config:
    """The shipped configuration in a folder of its own, known to the pages too; approved replies leave at once."""
    folder = tmp_path / "config"
    shutil.copytree(default_folder("config"), folder)
    config = load_config(folder, environ={"CALMDESK_PAGE__UNDO_SECONDS": "0"})
    settings.CALMDESK = config
    return config


@pytest.fixture
def slow_config(desk_config: Config, settings: Any) -> Config:
    """An approval can be undone for a minute."""
    page = desk_config.calmdesk.page.model_copy(update={"undo_seconds": 60})
    config = replace(desk_config, calmdesk=desk_config.calmdesk.model_copy(update={"page": page}))
    settings.CALMDESK = config
    return config


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file, as in an installation: in memory all threads share one connection, and none waits for a lock."""
    from django.conf import settings

    settings.DATABASES["default"]["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def unguarded_trail_at_the_end(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test with transactions of its own empties every table afterwards, which the audit trail would refuse."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    from django.db import connection

    from pipeline.store.audit_guard import unguard

    unguard(connection)

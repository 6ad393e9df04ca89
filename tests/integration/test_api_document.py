"""The OpenAPI document, and that the API does what it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from pipeline.config import Config
from pipeline.review.api import api
from pipeline.review.api.document import document
from tests.integration.api import Api, status
from tests.rows import drafted_ticket, open_draft, person, queued

pytestmark = pytest.mark.django_db
DOCUMENT = "/api/v1/openapi.json"


def operations(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in found["paths"].values() for operation in path.values()]


def test_the_document_is_read_with_a_token_or_a_login_alone(desk_config: Config) -> None:
    assert status(Api("").get("openapi.json"), 200)["openapi"].startswith("3.1")
    client = Client()
    assert client.get(DOCUMENT).status_code == 401
    client.force_login(person("auditor"))
    assert client.get(DOCUMENT).status_code == 200


def test_every_operation_is_named_and_says_what_it_answers(desk_config: Config) -> None:
    found = status(Api().get("openapi.json"), 200)
    names = [operation["operationId"] for operation in operations(found)]
    assert len(names) == len(set(names))
    for operation in operations(found):
        assert operation["tags"]
        assert {"401", "422", "429", "500", "503"} <= set(operation["responses"])
        for code, answer in operation["responses"].items():
            kinds = list(answer.get("content", {}))
            if code >= "400":
                assert kinds == ["application/problem+json"], (operation["operationId"], code)
            else:
                assert kinds or code in ("204", "304"), (operation["operationId"], code)


CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {
            "positive_data_acceptance": {
                # 428: that a version must stand in the header or in the body no schema can say.
                "expected-statuses": ["2xx", "304", "401", "403", "404", "409", "412", "428"],
            },
            "negative_data_rejection": {
                "expected-statuses": ["400", "401", "403", "404", "405", "409", "412", "422", "428"],
            },
            "missing_required_header": {"expected-statuses": ["401", "403", "428"]},
        },
    }
)


@pytest.fixture
def described(desk_config: Config) -> Iterator[Any]:
    """The document of a desk with a draft that waits and a reply that was approved, asked by somebody who may all."""
    caller, row = Api("lead"), queued(desk_config)
    draft = open_draft(drafted_ticket(desk_config))
    app = get_wsgi_application()
    # The connection is in the test's own transaction: a request must not close it, as it would in a server.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    headers = {"Authorization": f"Bearer {caller.token}"}
    found = schemathesis.openapi.from_wsgi(DOCUMENT, app, config=CONFIG, headers=headers)
    found.there = {  # type: ignore[attr-defined]
        "ticket_id": draft.ticket_id,
        "message_id": draft.message_id,
        "draft_id": draft.pk,
        "outgoing_id": row.pk,
    }
    found.sent = headers  # type: ignore[attr-defined]
    yield found
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


OPERATIONS = sorted((method.upper(), path) for path, one in document(api)["paths"].items() for method in one)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_the_api_does_what_its_document_says(described: Any, method: str, path: str, mode: GenerationMode) -> None:
    operation = described[path][method]
    if mode is GenerationMode.NEGATIVE and not operation.definition.raw.get("parameters"):
        return  # there is nothing that could be wrong about it

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=10, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def check(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            # A cursor is signed: none that is made up is taken. Half of the numbers are of what is there.
            case.query.pop("cursor", None)
            for name in set(case.path_parameters) & set(described.there):
                if case.path_parameters[name] % 2 == 0:
                    case.path_parameters[name] = described.there[name]
        case.call_and_validate(headers=described.sent)

    check()

"""The page about telemetry names what there is, and every question asks for something that is told."""

import re

import pytest

from docs.telemetry_page import QUERIES, page
from shared.telemetry import catalogue

METRICS = {one.name for one in catalogue.METRICS}
TABLES = {"requests", "dependencies", "traces", "customMetrics"}


@pytest.mark.parametrize("asked", QUERIES)
def test_a_question_uses_names_that_are_told(asked: str) -> None:
    query = QUERIES[asked]
    texts = set(re.findall(r'"([^"]*)"', query)) - {"PERSON", "TRACE"}
    of_attributes = set(re.findall(r'customDimensions\["([^"]+)"\]', query))
    assert of_attributes <= catalogue.ATTRIBUTES.keys()
    spans = {one.name for one in catalogue.SPANS} | {"write "}
    assert texts - of_attributes <= METRICS | spans
    assert set(re.findall(r"\b(\w+)\n?\| ", query.strip().partition("\n")[0] + "\n| ")) <= TABLES | {"traces"}


@pytest.mark.parametrize("asked", QUERIES)
def test_a_question_asks_a_metric_only_for_attributes_that_it_bears(asked: str) -> None:
    query = QUERIES[asked]
    metrics = [one for one in catalogue.METRICS if f'"{one.name}"' in query]
    asked_for = set(re.findall(r'customDimensions\["([^"]+)"\]', query))
    if metrics:
        assert asked_for <= {name for one in metrics for name in one.attributes}


def test_every_metric_is_asked_for_by_some_question() -> None:
    assert [name for name in METRICS if not any(f'"{name}"' in query for query in QUERIES.values())] == []


def test_everything_that_bears_an_attribute_bears_one_that_is_explained() -> None:
    borne = {name for one in (*catalogue.SPANS, *catalogue.METRICS) for name in one.attributes}
    assert borne | set(catalogue.LOG_FIELDS) - {catalogue.EVENT} == catalogue.ATTRIBUTES.keys()


def test_every_sentence_of_a_metric_ends_and_the_page_holds_it() -> None:
    text = page()
    assert all(one.means.endswith(".") and one.means in text for one in catalogue.METRICS)
    assert all(one.means in text for one in catalogue.SPANS)

"""What `make scan` says of a report of checkov: unread files, findings nobody explained, explanations of none."""

from typing import Any

import pytest

from tests.scan import run


def report(*found: tuple[str, str], unread: tuple[str, ...] = (), resources: int = 3) -> dict[str, Any]:
    rows = [
        {"check_id": check, "resource": f"Microsoft.X/y.{of}", "file_path": "/m.bicep", "check_name": "Ensure"}
        for check, of in found
    ]
    return {
        "summary": {"resource_count": resources, "passed": 5},
        "results": {"failed_checks": rows, "parsing_errors": list(unread)},
    }


EXPLAINED = tuple(sorted(run.explained((run.INFRA / "checkov.md").read_text(encoding="utf-8"))))


@pytest.mark.parametrize(
    ("said", "code", "text"),
    [
        (report(*EXPLAINED), 0, "9 kinds explained"),
        (report(*EXPLAINED, unread=("/m.bicep",)), 1, "not read: /m.bicep"),
        (report(resources=0), 1, "not read: anything"),
        (report(*EXPLAINED, ("CKV_AZURE_1", "app")), 1, "CKV_AZURE_1 /m.bicep app: Ensure; repair it, or explain it"),
        (report(*EXPLAINED[1:]), 1, "it is found no longer; take the line away"),
    ],
)
def test_a_report_is_held_against_what_is_explained(
    said: dict[str, Any], code: int, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "scanned", lambda: said)
    assert run.main() == code
    assert text in capsys.readouterr().out


def test_the_decorator_that_checkov_does_not_know_is_the_only_thing_left_out() -> None:
    texts = [file.read_text(encoding="utf-8") for file in run.INFRA.rglob("*.bicep")]
    assert sum(text.count(run.UNKNOWN) for text in texts) == 1

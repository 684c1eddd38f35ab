"""A policy whose HR system wants a person's consent, and a browser with a person."""

import webbrowser
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connecting.connecting_world import SECRET, Vendor, install, vendor


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    install(monkeypatch)
    monkeypatch.setenv("JOINLY_SECRET_VENDOR_SECRET", SECRET)
    with vendor(tmp_path) as running:
        monkeypatch.setattr(webbrowser, "open", running.browser)
        yield running

"""Every source in each of its forms, opened on its simulator with nobody in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conformance.reading import Subject, opened, subjects


@pytest.fixture(params=subjects(), ids=lambda pair: "-".join(filter(None, pair)))
async def subject(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Subject]:
    name, form = request.param
    async with opened(name, form, tmp_path) as found:
        yield found

"""`joinly connect` on a deployment: its tokens are in its tables, sealed with the key in its key vault."""

import asyncio
import json
import webbrowser
from pathlib import Path

import pytest
from deployed_world import World, joinly

from shared.tokens.sealed import new_key
from tests.connecting.connecting_world import SECRET, install, vendor


def test_a_consent_is_kept_in_the_tables_of_the_deployment(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch)
    key = new_key()
    world.secrets |= {"secret:vendor-secret": SECRET, "secret:joinly-token-key": key}
    text = world.policy.read_text(encoding="utf-8")
    with vendor(tmp_path) as there:
        monkeypatch.setattr(webbrowser, "open", there.browser)
        payroll = f'sources:\n  payroll: {{connector: vendor, settings: {{base: "{there.address}"}}}}\n'
        asyncio.run(world.newer(text.replace("sources:\n", payroll, 1)))
        before = joinly("connect", world.env, "--list")
        assert (before.code, before.out) == (1, "sources.payroll\n  Never connected.\n")
        said = joinly("connect", world.env, "payroll")
        assert said.code == 0, said.err
        assert joinly("connect", world.env, "--list").code == 0
        (row,) = world.rows("tokensread")
        kept = json.dumps(dict(row.data))
        hidden = [key, SECRET, *there.authority.accesses, *there.authority.refreshes]
        assert not [one for one in hidden if one in kept + said.out + said.err]
    (line,) = world.ledger('"connect"')
    assert "els@contoso.nl" in json.dumps(line)
    world.lose("tokensread")


def test_without_the_key_of_tokens_nobody_is_asked(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch)
    world.secrets |= {"secret:vendor-secret": SECRET}
    text = world.policy.read_text(encoding="utf-8")
    with vendor(tmp_path) as there:
        monkeypatch.setattr(webbrowser, "open", there.browser)
        payroll = f'sources:\n  payroll: {{connector: vendor, settings: {{base: "{there.address}"}}}}\n'
        asyncio.run(world.newer(text.replace("sources:\n", payroll, 1)))
        said = joinly("connect", world.env, "payroll")
        assert said.code == 1
        assert "secret:joinly-token-key" in said.err
        assert there.opened == []

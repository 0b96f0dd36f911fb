"""What may stand in the URL of a database, and must never be shown: a password, a token."""

from __future__ import annotations

import importlib
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evledger.cli.output import without_secrets

Run = Callable[..., Any]

SECRET: Final = "hunter2"  # noqa: S105  # of nothing
URL: Final = f"vault://me:{SECRET}@example.org/evidence?token={SECRET}"
SHOWN: Final = "vault://***@example.org/evidence?***"

CODE: Final = """
from evledger import Plugins, hookimpl

EVLEDGER_API = 1


@hookimpl.stores
def stores():
    return {"vault": lambda url: Plugins.builtin().open_store("vault.db")}
"""


@pytest.fixture
def vault(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs the command where a plugin opens databases behind a password."""
    module = f"vault_plugin_{tmp_path.name.replace('-', '_')}"
    info = tmp_path / "site" / "evledger_vault-1.0.dist-info"
    info.mkdir(parents=True)
    (tmp_path / "site" / f"{module}.py").write_text(CODE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: evledger-vault\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[evledger]\nvault = {module}\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *sys.path])
    importlib.invalidate_caches()
    monkeypatch.delenv("EVLEDGER_DISABLE_PLUGINS")
    return run


EVENTS: Final = """
{"type": "source-added", "data": {"id": "s1", "kind": "journal-article", "title": "In rats"}}
{"type": "claim-tagged", "data": {"id": "c1", "source": "s1", "text": "BDNF rose in rats.", \
"tier": "preclinical", "stance": "supports", "assertion": "automatic"}}
{"type": "question-created", "data": {"id": "q1", "text": "Does BDNF rise in rats?"}}
"""

CALLS: Final = """
init semax --title Semax --origin example.org/semax
init semax --title Semax
append semax events.jsonl
ledgers
log semax
log nosuch
show semax c1
head semax
diff semax 1
find semax rats
ask semax 'Was it tried on zebrafish?'
prompts semax
questions semax
questions semax q1
question link semax q1 c1
question link semax q1 c1
review semax
message 'semax|Is it safe?' --from 1
forget 1 --reason asked --dry-run
import semax events.jsonl
refresh semax
verify semax --full
check semax
waive semax no-such-rule --why x
score semax
render semax --format text
render semax --format no-such-format
reindex semax
export semax archive
restore archive --as restored
checkpoint semax --key semax.key
prove semax c1
consistency semax 1 2
publish semax public --key semax.key
mirror public --as mirrored --vkey semax.vkey
plugins
"""


@pytest.mark.parametrize("as_json", [False, True], ids=["lines", "json"])
def test_no_verb_shows_a_password(vault: Run, as_json: bool) -> None:
    """Whatever a verb prints, on either stream, nothing of the URL's user and query is in it."""
    Path("events.jsonl").write_text(EVENTS)
    Path("semax.vkey").write_text(
        vault("key", "new", "semax.key", "--name", "example.org/semax").out
    )
    shown = set[str]()
    for call in CALLS.strip().splitlines():
        words = shlex.split(call)
        ended = vault(*words, "--db", URL, *(["--json"] if as_json else []))
        assert SECRET not in ended.out + ended.err, call
        assert "an error of its own" not in ended.err, call
        if SHOWN in ended.out:
            shown.add(words[0])
    assert shown >= {"init", "restore", "mirror"}
    assert as_json or shown >= {"ask", "prompts", "questions", "review"}


names = st.text("abcdef./-@?#", max_size=12)


@given(scheme=st.sampled_from(["vault://", "vault:", "Postgresql+x://"]), before=names, after=names)
def test_nothing_of_a_user_or_a_query_is_left(scheme: str, before: str, after: str) -> None:
    """Wherever a URL has its secrets, and whatever else is in them, they are not shown."""
    shown = without_secrets(f"{scheme}{SECRET}{before}{SECRET}@host/{after}?{before}{SECRET}")
    assert SECRET not in shown
    assert shown.startswith(scheme)


@given(path=st.text("ab./:@?# ", max_size=20).map(lambda text: f"./{text}"))
def test_a_path_is_shown_as_it_is(path: str) -> None:
    """A path has no secrets, whatever characters it has; nor has a URL of a file."""
    assert without_secrets(path) == path
    assert without_secrets("sqlite:////home/me@work/evidence.db") == (
        "sqlite:////home/me@work/evidence.db"
    )

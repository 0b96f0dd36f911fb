"""The verb demo: what it makes, and what of somebody's own it never touches."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import evledger
from evledger import Plugins, verify_proof
from evledger.archive import verify_archive
from evledger.cli.errors import Exit
from evledger.demo import COMPONENTS, build
from evledger.demo.folder import MARKER, PROOF, VKEY, leave_mark, make_room
from evledger.exceptions import Refused

Run = Callable[..., Any]


@pytest.fixture
def folder(run: Run) -> Path:
    """Return the folder of a demonstration."""
    assert run("demo", "d").code == Exit.DONE
    return Path("d")


def contents(folder: Path) -> dict[str, bytes | None]:
    """Return everything in a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def test_demo_leaves_what_it_says(folder: Path) -> None:
    """The folder has database, article, a sound archive, a copy that is not, and a proof."""
    assert sorted(path.name for path in folder.iterdir()) == [
        MARKER,
        "archive",
        "article.md",
        "c4.tlog-proof",
        "evidence.db",
        "semax.vkey",
        "tampered",
    ]
    assert verify_archive(folder / "archive").ok
    assert not verify_archive(folder / "tampered").ok
    with evledger.open(folder / "evidence.db", plugins=Plugins.builtin()) as store:
        head = str(store.ledger("semax").head())
    assert (folder / MARKER).read_text(encoding="utf-8").splitlines()[0] == head
    proven = verify_proof((folder / PROOF).read_bytes(), (folder / VKEY).read_text())
    assert proven.keys == ("claim:c4",)


def test_the_flipped_bit_is_in_a_claim(folder: Path) -> None:
    """What was changed in the copy is the text of a claim, as the command says."""
    page = "page-000000.jsonl"
    sound, copy = (
        (folder / name / page).read_text(encoding="utf-8").splitlines()
        for name in ("archive", "tampered")
    )
    (changed,) = [line for line, other in zip(sound, copy, strict=True) if line != other]
    assert '"type":"claim-tagged"' in changed


def test_an_unchanged_demonstration_is_made_anew(folder: Path, run: Run) -> None:
    """The same command again makes another one, with a head of its own."""
    first = (folder / MARKER).read_text(encoding="utf-8")
    assert run("demo", "d").code == Exit.DONE
    assert first != (folder / MARKER).read_text(encoding="utf-8")


def write(name: str) -> Callable[[Path, Run], None]:
    """Return what writes a text of the user's own."""

    def change(folder: Path, _: Run) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("my own", encoding="utf-8")

    return change


CHANGES: dict[str, Callable[[Path, Run], Any]] = {
    "notes.txt": write("notes.txt"),
    "article.md": write("article.md"),
    "archive/page-000000.jsonl": write("archive/page-000000.jsonl"),
    "archive/mine.txt": write("archive/mine.txt"),
    "tampered/deep": write("tampered/deep/mine.txt"),
    "mine": lambda folder, _: (folder / "mine").mkdir(),
    "evidence.db": lambda _, run: run("init", "mine", "--title", "T", "--db", "d/evidence.db"),
    "evidence.db ": lambda _, run: run(
        *("waive", "semax", "score-saturated", "--why", "x", "--db", "d/evidence.db")
    ),
    MARKER: lambda folder, _: (folder / MARKER).write_bytes(b"\xff"),
}


@pytest.mark.parametrize(("name", "change"), CHANGES.items(), ids=lambda each: str(each)[:20])
def test_a_changed_demonstration_stays(
    name: str, change: Callable[[Path, Run], Any], folder: Path, run: Run
) -> None:
    """A file, a folder, another ledger, another record: it is named, and nothing is touched."""
    change(folder, run)
    before = contents(folder)
    ended = run("demo", "d")
    assert (ended.code, ended.out) == (Exit.UNFINISHED, "")
    assert name.strip() in ended.err
    assert "name another folder" in ended.err
    assert before == contents(folder)


@pytest.mark.parametrize("name", ["article.md", "archive/x", "tampered/x", "evidence.db", MARKER])
def test_a_folder_of_the_users_stays(name: str, run: Run) -> None:
    """What is called as the demonstration's is, in a folder without one, is somebody's own."""
    write(name)(Path("d"), run)
    before = contents(Path("d"))
    ended = run("demo", "d")
    assert (ended.code, name in ended.err) == (Exit.UNFINISHED, True)
    assert before == contents(Path("d"))


def test_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    """A link in place of the archive is in the way, and what it leads to stays."""
    elsewhere = (folder / "archive").rename(tmp_path / "elsewhere")
    (folder / "archive").symlink_to(elsewhere)
    with pytest.raises(Refused, match="in the way: archive"):
        make_room(folder)
    assert verify_archive(elsewhere).ok


def test_many_in_the_way_are_counted(tmp_path: Path) -> None:
    """The message names some of many, and says how many more there are."""
    for i in range(8):
        (tmp_path / f"{i}.txt").touch()
    with pytest.raises(Refused, match=r"0\.txt, .* 4\.txt and 3 more; name another folder"):
        make_room(tmp_path)


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    """An empty folder, and one that is not there, are made ready; a mark of nothing is cleared."""
    make_room(tmp_path / "new" / "deep")
    make_room(tmp_path / "new" / "deep")
    leave_mark(tmp_path / "new" / "deep", evledger.Head(1, "0" * 64))
    make_room(tmp_path / "new" / "deep")
    assert list((tmp_path / "new" / "deep").iterdir()) == []


def test_help_names_the_argument(run: Run) -> None:
    """The argument is called as the text below it calls it."""
    text = " ".join(run("demo", "--help").out.split())
    assert "Usage: evledger demo [OPTIONS] [DIR]" in text
    assert "A demonstration that nobody has changed is made anew" in text


@pytest.mark.parametrize(("depth", "start"), [(None, "  evledger "), ("1", "  uv run evledger ")])
def test_commands_to_go_on_with(
    depth: str | None, start: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is a command as a shell takes it, called as this one was; each does what it says."""
    monkeypatch.delenv("UV_RUN_RECURSION_DEPTH", raising=False)
    if depth is not None:
        monkeypatch.setenv("UV_RUN_RECURSION_DEPTH", depth)
    *_, offered = run("demo", "my demo").out.partition("Go on with:\n")
    lines = offered.splitlines()
    assert [line[: len(start)] for line in lines] == [start] * 8
    for line in lines if depth is None else ():
        verb, *words = shlex.split(line.removeprefix(start))
        expected = Exit.UNSOUND if verb == "check" else Exit.DONE
        assert (verb, run(verb, *words).code) == (verb, expected)


def test_no_command_for_what_could_not_be_signed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be signed there is no proof, and no command that would verify it."""
    for name in [name for name in sys.modules if name.startswith("cryptography")]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    ended = run("demo", "d")
    assert ended.code == Exit.DONE, ended.err
    assert "A proof of a claim needs 'evidence-ledger[sign]'" in ended.out
    assert not (Path("d") / PROOF).exists()
    assert "verify semax --full" in ended.out
    assert "verify-proof" not in ended.out


def test_claims_are_mapped_to_components() -> None:
    """Every claim but the anecdotal ones is about the components that its text names by word."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ledger, _ = build(store)
        view = ledger.view()
    expected: dict[str, tuple[str, ...]] = {}
    for claim in view.claims.values():
        named = [id for id, name, _ in COMPONENTS if re.search(rf"\b{name}\b", str(claim.text))]
        expected[claim.id] = () if claim.tier == "anecdotal" else tuple(named)
    about = {each.id: each.about.components if each.about else () for each in view.claims.values()}
    assert expected == about
    assert set().union(*about.values()) == {id for id, _, _ in COMPONENTS}
    assert view.counts.claims == 43

"""What verbs share: the database, ``--json``, ``--at``, ``--by``, heads, examples."""

from __future__ import annotations

import bisect
import contextlib
import functools
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs
import click

from evledger import discovery
from evledger.chain import Head
from evledger.cli.config import Article, Config, check_choice, find_config, load_config, placed
from evledger.exceptions import Contested, EvledgerError, Invalid, NotFound
from evledger.importing import FetchContext
from evledger.ledger import Ledger
from evledger.notes import COSIGNATURE, ED25519, VerifierKey, is_secret
from evledger.plugins import Plugins
from evledger.record import format_time
from evledger.store import Store
from evledger.store import open as open_store
from evledger.stores.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from evledger.proofs.witnessing import Witness

__all__ = [
    "NUMBER",
    "Settings",
    "at",
    "by",
    "common",
    "database",
    "head",
    "head_at",
    "optional_vkeys",
    "signing_key",
    "size_at",
    "verb",
    "vkeys",
    "witness_keys",
    "witness_services",
]

F = TypeVar("F", bound="Callable[..., Any]")

_DEFAULT: Final = "evledger.db"


@attrs.define(slots=False)
class Settings:
    """What every verb is given.

    Attributes:
        db: the database: a path or a URL.
        json: whether to write JSON.
        config_file: the configuration file, if there is one.
        config: what it says.
        plugins: what is installed, as far as it is not switched off.
    """

    db: str = _DEFAULT
    json: bool = False

    @functools.cached_property
    def config(self) -> Config:
        """What the configuration file says; read when first asked for.

        Raises:
            Invalid: it means nothing; the message says where.
        """
        return load_config(self.config_file)

    @functools.cached_property
    def config_file(self) -> Path | None:
        """The configuration file, if there is one."""
        return find_config(Path.cwd())

    @functools.cached_property
    def plugins(self) -> Plugins:
        """What is installed, chosen between and configured as the configuration file says.

        Raises:
            PluginError: a plugin failed, and the environment is strict.
            Invalid: the configuration has what means nothing: a plugin that there is not, or a
                parameter that is of no use; the message says where.
        """
        found = self.discover()
        self._check(found)
        return found

    def _check(self, found: Plugins) -> None:
        """Refuse what the configuration says of plugins in vain, before anything is done."""
        with self.placed("[plugins.prefer]"):
            found.check_preferences()
        for kind in ("scorers", "renderers"):
            # That two claim one name is told to those who need one of that kind.
            with contextlib.suppress(Contested), self.placed(f"[{kind}]"):
                _ = getattr(found, kind) if getattr(self.config, kind) else None

    @property
    def article(self) -> Article:
        """How articles are rendered; the scorers and the ranker that are named there are here.

        Raises:
            NotSupplied: one of them is not; the message says where it is named.
        """
        article, plugins = self.config.article, self.plugins
        with self.placed("[article]"):
            for name in article.scorers:
                plugins.scorer(name)
            plugins.ranker(article.ranker)
        return article

    def placed(self, table: str) -> contextlib.AbstractContextManager[None]:
        """Let what is refused say in which file, and table, it stands."""
        return placed(self.config_file, table)

    @property
    def fetch_context(self) -> FetchContext:
        """Who asks registries, and how patiently, as the configuration file says."""
        fetch = self.config.fetch
        return FetchContext(contact=fetch.contact, timeout=fetch.timeout)

    def discover(self, *, lenient: bool = False) -> Plugins:
        """Find and load the plugins; see :meth:`evledger.Plugins.discover`.

        Args:
            lenient: whether one that fails is left out even where the environment is strict.
        """
        chosen, file = self.config.plugins, self.config_file
        is_strict = discovery.is_strict() and not lenient
        with self.placed(""):
            check_choice(chosen, [found.name for found in discovery.find()])
        with self.placed("[plugins]"):
            return Plugins.discover(
                disable=chosen.disable,
                prefer=chosen.prefer,
                parameters=self.config.scorers,
                renderer_parameters=self.config.renderers,
                folder=None if file is None else file.parent,
                strict=is_strict,
            )

    @property
    def loaded_plugins(self) -> Plugins | None:
        """The plugins, if any verb has asked for them yet."""
        return vars(self).get("plugins")

    def disabled_plugins(self) -> tuple[str, ...]:
        """Return the names of the installed plugins that are switched off, sorted."""
        return tuple(sorted(discovery.disabled(discovery.find(), self.config.plugins.disable)))

    def open(self) -> Store:
        """Open the database.

        Raises:
            NotFound: there is none.
            Invalid: no store has the scheme of its URL.
        """
        path = self.file()
        # SQLite takes an empty file for a new database, and would make it one.
        if path is not None and (not path.exists() or (path.is_file() and not path.stat().st_size)):
            msg = f"there is no database at {path}; 'evledger init' creates one"
            raise NotFound(msg)
        return self.create()

    def create(self) -> Store:
        """Open the database, and create it where there is none."""
        return open_store(self.db, plugins=self.plugins)

    def file(self) -> Path | None:
        """Return the file that the database is in; ``None`` where it is no SQLite file."""
        if self.plugins.scheme_of(self.db) != "sqlite":
            return None
        return Path(Database.parse(self.db).path)


# -- decorators --------------------------------------------------------------------------


def verb(name: str, *examples: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function a verb of the command, with examples at the end of its help."""
    lines = "\n".join(f"  $ evledger {example}" for example in examples)
    return click.command(name, epilog=f"\b\nExample:\n{lines}")


def _set_db(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.ensure_object(Settings).db = value


def _set_json(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001  # click's
    if value:
        context.ensure_object(Settings).json = True


_DB_HELP: Final = "The database: a path, or a URL such as sqlite:///evidence.db."


def database(function: F) -> F:
    """Add ``--db`` to the command itself: the environment and the default are read here."""
    return click.option(
        "--db",
        envvar="EVLEDGER_DB",
        default=_DEFAULT,
        show_default=True,
        show_envvar=True,
        metavar="DB",
        expose_value=False,
        callback=_set_db,
        help=_DB_HELP,
    )(function)


def common(function: F) -> F:
    """Add ``--db`` and ``--json`` to a verb."""
    db = click.option(
        "--db",
        metavar="DB",
        expose_value=False,
        callback=_set_db,
        help=f"{_DB_HELP}  [env var: EVLEDGER_DB; default: {_DEFAULT}]",
    )
    as_json = click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=_set_json,
        help="Write JSON, and nothing else, to standard output.",
    )
    return as_json(db(function))


def at(function: F) -> F:
    """Add ``--at`` to a verb."""
    return click.option(
        "--at",
        metavar="N|HEAD|TIME",
        help="As it stood then: a number of records (40), a head (40-9f2c…), "
        "a time with its zone (2026-11-22T10:00:00Z), or the end of a day in UTC (2026-11-22).",
    )(function)


def by(function: F) -> F:
    """Add ``--by`` to a verb."""
    return click.option(
        "--by",
        envvar="EVLEDGER_BY",
        default="curator",
        show_default=True,
        show_envvar=True,
        metavar="WHO",
        help="Who does it: a role or pseudonym, never a name or address; e.g. --by importer.",
    )(function)


def head(name: str, text: str) -> Callable[[F], F]:
    """Add an option that takes a head, as the argument ``name`` of the function.

    Args:
        name: the option with its hyphens, and perhaps the argument after a blank.
        text: what its help says.
    """
    return click.option(*name.split(), metavar="HEAD", callback=_parse_head, help=text)


def _parse_head(context: click.Context, option: click.Parameter, value: str | None) -> Head | None:
    try:
        return None if value is None else Head.parse(value)
    except Invalid as error:
        raise click.BadParameter(str(error), context, option) from error


# -- keys --------------------------------------------------------------------------------

_KINDS: Final = {ED25519: "a ledger's key", COSIGNATURE: "a witness's key"}
_MAX_KEY_FILE: Final = 1 << 12


def signing_key(function: F) -> F:
    """Add ``--key FILE`` to a verb, as the argument ``key``: the path of a signing key."""
    return click.option(
        "--key",
        required=True,
        metavar="FILE",
        type=click.Path(),
        help="The file that 'evledger key new' wrote: --key semax.key.",
    )(function)


def vkeys(function: F) -> F:
    """Add ``--vkey`` to a verb, as the argument ``vkeys``: the keys that are trusted to sign."""
    return _vkeys(required=True)(function)


def optional_vkeys(function: F) -> F:
    """Add ``--vkey`` to a verb that can do without, as the argument ``vkeys``."""
    return _vkeys(required=False)(function)


def published_vkeys(function: F) -> F:
    """Add ``--vkey`` to a verb that gives keys along, as the argument ``vkeys``."""
    return _vkeys("that pages which prove themselves give along", required=False)(function)


def _vkeys(what: str = "that is trusted to sign", *, required: bool) -> Callable[[F], F]:
    return click.option(
        "--vkey",
        "vkeys",
        multiple=True,
        required=required,
        metavar="VKEY",
        callback=_parse_log_keys,
        help=f"A verifier key {what}, NAME+ID+BASE64, or a file that holds it; "
        "may be given again: --vkey semax.vkey.",
    )


def witness_keys(function: F) -> F:
    """Add ``--witness`` and ``--quorum`` to a verb, as the arguments ``witnesses``, ``quorum``."""
    quorum = click.option(
        "--quorum",
        type=click.IntRange(1, 100),
        metavar="K",
        help="How many of the witnesses must have cosigned; all by default: --quorum 2.",
    )
    keys = click.option(
        "--witness",
        "witnesses",
        multiple=True,
        metavar="VKEY",
        callback=_parse_witness_keys,
        help="The verifier key of a witness that must have cosigned, or a file that holds it; "
        "may be given again: --witness witness.vkey.",
    )
    return keys(quorum(function))


def witness_services(function: F) -> F:
    """Add ``--witness URL VKEY`` to a verb, as the argument ``witnesses``."""
    return click.option(
        "--witness",
        "witnesses",
        nargs=2,
        multiple=True,
        metavar="URL VKEY",
        callback=_parse_services,
        help="A witness that is asked to cosign: its address, and its verifier key or a file that "
        "holds it; may be given again: --witness https://witness.example.org witness.vkey.",
    )(function)


def _parse_log_keys(
    context: click.Context, option: click.Parameter, values: Iterable[str]
) -> tuple[VerifierKey, ...]:
    return tuple(_parse_key(context, option, value, ED25519) for value in values)


def _parse_witness_keys(
    context: click.Context, option: click.Parameter, values: Iterable[str]
) -> tuple[VerifierKey, ...]:
    return tuple(_parse_key(context, option, value, COSIGNATURE) for value in values)


def _parse_services(
    context: click.Context, option: click.Parameter, values: Iterable[tuple[str, str]]
) -> tuple[Witness, ...]:
    from evledger.proofs.witnessing import Witness  # noqa: PLC0415  # of use to two verbs

    try:
        return tuple(
            Witness(url, _parse_key(context, option, value, COSIGNATURE)) for url, value in values
        )
    except EvledgerError as error:
        raise click.BadParameter(str(error), context, option) from error


def _parse_key(
    context: click.Context, option: click.Parameter, value: str, kind: int
) -> VerifierKey:
    """Read a verifier key, or the file that holds it; a secret is never repeated."""
    try:
        key = VerifierKey.parse(_key_text(value))
    except Invalid as error:
        raise click.BadParameter(str(error), context, option) from error
    if key.kind != kind:
        msg = f"{key} is {_KINDS[key.kind]}; expected {_KINDS[kind]}"
        raise click.BadParameter(msg, context, option)
    return key


def _key_text(value: str) -> str:
    path = Path(value)
    try:
        is_file = path.is_file()
        text = path.read_bytes()[:_MAX_KEY_FILE].decode("utf-8", "replace") if is_file else value
    except (OSError, ValueError) as error:
        msg = f"{value!r:.100} cannot be read: {error}"
        raise Invalid(msg) from error
    if is_secret(text):
        msg = "this is the secret key; expected the verifier key that 'evledger key show' prints"
        raise Invalid(msg)
    if not is_file and "+" not in text:
        msg = f"{value!r:.100} is neither a verifier key, NAME+ID+BASE64, nor a file"
        raise Invalid(msg)
    return text


# -- places in a ledger ------------------------------------------------------------------

NUMBER: Final = re.compile(r"[0-9]{1,18}")
"""A number of records, or a record's; Python would not even read one of thousands of digits."""

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HEAD: Final = re.compile(r"[0-9]+-[0-9a-f]{64}")


def size_at(ledger: Ledger, place: str | None) -> int:
    """Return how many records a ledger had at a place: a number, a head or a time.

    Args:
        ledger: the ledger.
        place: as ``--at`` takes it; ``None`` for the head.

    Raises:
        Invalid: the place is none of these.
        NotFound: the ledger never was there.
    """
    size = ledger.head().size
    if place is None:
        return size
    if NUMBER.fullmatch(place):
        return _checked(ledger, int(place), size)
    if _HEAD.fullmatch(place):
        return _size_of(ledger, Head.parse(place), size)
    moment = _moment(place)
    found = bisect.bisect_right(range(size), moment, key=lambda n: ledger.record(n).at)
    if not found:
        msg = f"ledger {ledger.name!r} had no records yet at {format_time(moment)}"
        raise NotFound(msg)
    return found


def head_at(ledger: Ledger, size: int) -> Head:
    """Return the head that a ledger had when it had so many records."""
    present = ledger.head()
    return present if present.size == size else Head(size, ledger.record(size - 1).hash)


def _checked(ledger: Ledger, wanted: int, size: int) -> int:
    if not 1 <= wanted <= size:
        msg = f"ledger {ledger.name!r} has {size} records; it never had {wanted}"
        raise NotFound(msg)
    return wanted


def _size_of(ledger: Ledger, wanted: Head, size: int) -> int:
    found = head_at(ledger, _checked(ledger, wanted.size, size))
    if found != wanted:
        msg = f"ledger {ledger.name!r} never had the head {wanted}; at {wanted.size} it was {found}"
        raise NotFound(msg)
    return wanted.size


def _moment(text: str) -> datetime:
    wanted = f"{text}T23:59:59.999999Z" if _DAY.fullmatch(text) else text
    try:
        moment = datetime.fromisoformat(wanted)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        msg = (
            f"{text!r:.100} is no place in a ledger; expected a number of records, a head, "
            "a date, or a time such as 2026-11-22T10:00:00Z"
        )
        raise Invalid(msg) from None
    msg = f"{text!r} has no time zone; add one, as in 2026-11-22T10:00:00Z"
    raise Invalid(msg)

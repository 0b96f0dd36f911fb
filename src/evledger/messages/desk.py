"""The desk: takes a message, records it in a ledger, and replies."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from evledger.codec import check_by
from evledger.exceptions import ClockError, Invalid, NotFound, PluginError, Refused
from evledger.messages import wording
from evledger.messages.grammar import (
    FORMS,
    Ask,
    Help,
    Ingest,
    Malformed,
    Message,
    Status,
    Stop,
    names_in,
    parse,
)
from evledger.messages.incoming import Incoming, Media, Post, Sender, names_of
from evledger.messages.limits import DEFAULT, Limiter, Rate
from evledger.messages.recorded import Forgotten, Recorded, recorded, recorded_since
from evledger.messages.replies import SHORTEST, Letter, Reply
from evledger.messages.taking import Recordable, repeat, take

if TYPE_CHECKING:
    from evledger.ledger import Ledger
    from evledger.scoring import Score
    from evledger.store import Store
    from evledger.view import View

__all__ = ["Desk", "Forgotten", "Incoming", "Media", "Recorded", "Reply"]

_TRIES: Final = 50  # each that fails means that somebody else's append did not


class Desk:
    """Takes messages, records them in a store's ledgers, and replies; shared by threads.

    Args:
        store: the ledgers.
        senders: the numbers that may write; everyone's by default.
        limit: how often one sender may write; ``None`` for as often as one likes.
        length: characters of a reply at most, from 480 on.
        by: who appends, as the chain has it: a role.
        contact: where senders can turn to, which some replies say.
        directory: whether senders are told which ledgers there are.
        clock: gives the time in UTC; the store's by default.

    Raises:
        Invalid: ``length`` or ``by`` is not of its form.

    >>> import evledger
    >>> store = evledger.open("memory:")
    >>> semax = store.create("semax", title="Semax and BDNF", by="curator")
    >>> desk = Desk(store)
    >>> asked = desk.receive(Incoming(text="semax|Does it help memory?", sender="+15550100"))
    >>> print(asked.text)
    semax q:1: your question is recorded.
    Nothing in the ledger bears on it yet.
    To send evidence: ingest semax|q:1|your text or link
    >>> sent = desk.receive(Incoming(text="ingest semax|q:1|It did for me.", sender="+15550100"))
    >>> sent.entries, semax.view().claims["c1"].text, semax.view().counted.claims
    (('source:s1', 'claim:c1'), 'It did for me.', ())
    """

    def __init__(
        self,
        store: Store,
        *,
        senders: Collection[str] | None = None,
        limit: Rate | None = DEFAULT,
        length: int = 1_000,
        by: str = "reader",
        contact: str | None = None,
        directory: bool = False,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        if length < SHORTEST:
            msg = f"length={length}: a reply needs {SHORTEST} characters at least"
            raise Invalid(msg)
        self._store = store
        self._senders = None if senders is None else names_of(senders)
        self._limiter = Limiter(limit)
        self._length = length
        self._by = check_by(by)
        self._contact = contact
        self._directory = directory
        self._clock = clock or store.clock
        self._ledgers: dict[str, Ledger] = {}

    def receive(self, message: Incoming) -> Reply:
        """Take a message.

        A message whose id the ledger has recorded is not recorded again: the reply is as for the
        first one, whatever the text now says.

        Args:
            message: the message; nothing that a sender can put into it raises an error.

        Raises:
            Invalid: the message's channel is no slug.
            EvledgerError: the store could not do it: nothing of the message was recorded, or it
                was and the reply failed; in either case it can be received again.
        """
        post = Post.of(message)
        if self._senders is not None and post.sender.name not in self._senders:
            letter = wording.stranger(self._contact)
        else:
            letter = self._answer(post, parse(post.text, files=bool(post.media)))
        return letter.reply(self._length)

    def welcomes(self, sender: str) -> bool:
        """Return whether a sender may write, and has not written too often lately.

        It opens no ledger: what comes with a message need not be fetched to be refused.

        Args:
            sender: as the channel gives it.
        """
        (name,) = names_of([sender])
        is_listed = self._senders is None or name in self._senders
        return is_listed and self._limiter.free_at(name, self._clock()) is None

    def recorded(self, sender: str) -> tuple[Recorded, ...]:
        """Return the records in which something of a sender's can be erased, ledger by ledger.

        Args:
            sender: as the channel gives it: ``+1 555 0100``, ``whatsapp:+15550100``.
        """
        (name,) = names_of([sender])
        return tuple(
            each
            for slug in self._store.ledgers()
            for each in recorded(slug, self._ledger(slug).view(), name)
        )

    def forget(self, sender: str, *, reason: str, by: str) -> Forgotten:
        """Erase all that the store holds of a sender, each record's fields in one step.

        What fails on the way is finished by the same call again.

        Args:
            sender: as :meth:`recorded` takes it.
            reason: why, in public.
            by: who erases.

        Raises:
            Invalid: the reason or ``by``, which stay for good, name the sender.
            EvledgerError: the store could not do it, or not all of it.
        """
        (name,) = names_of([sender])
        if any(Sender("sms", name).is_named_in(each) for each in (reason, by)):
            msg = "the reason, and who erases, stay in public for good: leave the sender's name out"
            raise Invalid(msg)
        found = self.recorded(sender)
        # A correction is told to be the sender's by what it corrects, so it goes first.
        for each in reversed(found):
            self._ledger(each.ledger).erase(each.n, *each.fields, reason=reason, by=by)
        return Forgotten(found, pending=not self._store.backend.scrub(()))

    # -- messages

    def _answer(self, post: Post, message: Message) -> Letter:
        if isinstance(message, Ask | Ingest):
            return self._record(post, message)
        return self._limited(post) or self._noted(post, self._told(post, message))

    def _told(self, post: Post, message: Status | Help | Stop | Malformed) -> Letter:
        match message:
            case Status():
                return self._status(message)
            case Help():
                return wording.helped(self._contact, self._listed(), self._example())
            case Stop():
                return wording.stopped()
            case Malformed():
                return wording.malformed(message.why, self._put_right(post, message))

    def _put_right(self, post: Post, message: Malformed) -> str:
        """Write the right form, for a ledger that the sender named; no other is told of."""
        ledgers = frozenset(self._store.ledgers())
        if message.slug in ledgers:
            return message.form
        named = ledgers.intersection(names_in(post.text))
        return message.naming(next(iter(named)) if len(named) == 1 else None)

    def _status(self, message: Status) -> Letter:
        try:
            ledger = self._ledger(message.slug)
        except NotFound:
            return wording.no_ledger(message.slug, FORMS[2], self._listed())
        return wording.status(ledger.name, ledger.view(), _score(ledger))

    def _ledger(self, slug: str) -> Ledger:
        """Return a ledger, the same each time, so that its view is kept up to date.

        Raises:
            NotFound: there is none of this name.
        """
        if slug not in self._ledgers:
            self._ledgers[slug] = self._store.ledger(slug)
        return self._ledgers[slug]

    def _listed(self) -> Sequence[str]:
        return self._store.ledgers() if self._directory else ()

    def _example(self) -> str | None:
        """Return the name of a ledger that anybody may be told: the only one, if it is."""
        ledgers = self._store.ledgers()
        return next(iter(ledgers), None) if self._directory or len(ledgers) == 1 else None

    # -- how often

    def _limited(self, post: Post, view: View | None = None) -> Letter | None:
        """Say that a sender writes too often, if that is so."""
        rate, now, name = self._limiter.rate, self._clock(), post.sender.name
        if rate is None:
            return None
        known = () if view is None else recorded_since(view, name, rate.since(now))
        until = self._limiter.free_at(name, now, known)
        return None if until is None else wording.limited(rate, until, now)

    def _noted(self, post: Post, letter: Letter) -> Letter:
        self._limiter.note(post.sender.name, self._clock())
        return letter

    # -- recording

    def _record(self, post: Post, message: Recordable) -> Letter:
        try:
            ledger = self._ledger(message.slug)
        except NotFound:
            unknown = wording.no_ledger(message.slug, _form(message), self._listed())
            return self._limited(post) or self._noted(post, unknown)
        return self._recorded(ledger, post, message)

    def _recorded(
        self, ledger: Ledger, post: Post, message: Recordable, tries: int = _TRIES
    ) -> Letter:
        """Record a message; again, where others have appended meanwhile.

        Raises:
            Refused: they did so time and again, or the ledger's last record is of the future.
        """
        try:
            return self._try(ledger, post, message)
        except Refused as error:
            if tries == 1 or isinstance(error, ClockError):
                raise
        return self._recorded(ledger, post, message, tries - 1)

    def _try(self, ledger: Ledger, post: Post, message: Recordable) -> Letter:
        view = ledger.view()  # first: what is recorded after it, the batch refuses
        earlier = () if post.once is None else ledger.earlier(post.once)
        if earlier:
            return repeat(ledger, post, earlier)
        limited = self._limited(post, view)
        if limited is not None:
            return limited
        return self._noted(post, take(ledger, view, post, message, by=self._by))


def _form(message: Recordable) -> str:
    return FORMS[0] if isinstance(message, Ask) else FORMS[1]


def _score(ledger: Ledger) -> Score | None:
    try:
        return ledger.score()
    except PluginError:
        return None

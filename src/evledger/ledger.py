"""The face of the library: a ledger to append to, read, verify, prove and forget from."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, Final, ParamSpec, TypeVar, cast

import attrs

from evledger.archive import write_archive
from evledger.article.links import proof_of
from evledger.asking import Answer, Prompt, ask, suggest
from evledger.auditing import audit
from evledger.batch import Batch
from evledger.chain import Head
from evledger.chained import StoredChain
from evledger.checkpoints import Checkpoint, Vouched, cosignature
from evledger.checks import CheckReport, check
from evledger.codec import read_line
from evledger.events import (
    Attachment,
    Event,
    LedgerDescribed,
    LedgerOpened,
)
from evledger.exceptions import (
    Conflict,
    EvledgerError,
    Invalid,
    NotFound,
    NotProven,
    PluginError,
    Refused,
    StoreError,
)
from evledger.finding import Hit, find
from evledger.importing import (
    FetchContext,
    Importer,
    ImportReport,
    Mappable,
    Note,
    ask_again,
    import_fetched,
    import_file,
    start_of,
)
from evledger.integrity import Index
from evledger.notes import verifier_keys
from evledger.proofs.files import MAX_PROOF
from evledger.proofs.keys import Signer, check_signer
from evledger.proofs.locating import later, locate
from evledger.proofs.proving import (
    Consistency,
    Proof,
    check_openings,
    consistency,
    covering,
    prove,
)
from evledger.proofs.publishing import Publication, article_path, proof_path, publish, published
from evledger.proofs.signing import sign
from evledger.proofs.stored import StoredTree, regrow
from evledger.proofs.targets import Target, open_target
from evledger.proofs.verifying import verify_proof
from evledger.proofs.witnessing import Witness, cosign
from evledger.questions import propose
from evledger.ranking import Ranking, rank
from evledger.reading import Reader
from evledger.record import Record
from evledger.rendering import RenderContext, Rendered, files_of, render
from evledger.schema import Seal
from evledger.scoring import Failure, Influence, Score, attempt, influence, score
from evledger.verification import Level, Verification, trust_of
from evledger.view import View
from evledger.vocabulary import Vocabulary
from evledger.writing import Appended, Erasure, Writer

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Executor

    from evledger.notes import VerifierKey, VerifierKeys
    from evledger.store import Store

__all__ = ["Ledger"]

P = ParamSpec("P")
T = TypeVar("T")


def _naming(method: Callable[P, T]) -> Callable[P, T]:
    """Let what a method raises of plugins say whose they are."""

    @functools.wraps(method)
    def named(*args: P.args, **kwargs: P.kwargs) -> T:
        ledger = cast("Ledger", args[0])
        with ledger.store.plugins.naming():
            return method(*args, **kwargs)

    return named


class Ledger:
    """One subject's chain of events.

    Made by :meth:`evledger.Store.create` and :meth:`evledger.Store.ledger`; shared by threads.

    Attributes:
        name: its name in the store.
    """

    def __init__(self, store: Store, name: str) -> None:
        self.name = name
        self.store = store
        self._backend = store.backend
        self._vocabulary = store.plugins.vocabulary
        self._reader = Reader(
            store.backend, name, store.plugins.vocabulary, store.plugins.projections
        )
        self._writer = Writer(self._reader, store.clock)

    def __repr__(self) -> str:
        return f"<Ledger {self.name} in {self._backend.url}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from evledger.notebook import html_of_view  # noqa: PLC0415  # few programs draw anything

        return html_of_view(self.view())

    @property
    def vocabulary(self) -> Vocabulary:
        """The event types that it is read and written with."""
        return self._vocabulary

    # -- appending

    def head(self) -> Head:
        """Return the ledger's size and the hash of its last event."""
        return self._backend.tip(self.name).head

    def append(
        self,
        *events: Event | Seal,
        by: str,
        expect: Head | str | None = None,
        once: str | None = None,
        allow_future: bool = False,
    ) -> Appended:
        """Append one event or many, all or none, durably.

        Args:
            events: the events, in order; :func:`~evledger.seal` seals more of their fields.
            by: who appends: a role or pseudonym, never an address, handle or number.
            expect: the head that the caller believes in.
            once: a retry token: repeating the call returns the earlier records.
                Its first events alone count as a repetition, too: no line says where a batch ends.
            allow_future: append although the last record lies more than a day ahead of the clock.

        Raises:
            Invalid: an event, or ``by``, or ``once``, is not of its form.
            Conflict: the ledger has moved on from ``expect``.
            DuplicateKey: an event introduces a name that is held.
            MissingRef: an event relies on a name that is not.
            Refused: ``once`` was used for other events.
            ClockError: the last record lies more than a day ahead of the clock.
            StoreError: the database could not do it; nothing was written.
        """
        return self._writer.append(
            events, by=by, expect=expect, once=once, allow_future=allow_future
        )

    def batch(self, *, by: str, once: str | None = None, expect: Head | str | None = None) -> Batch:
        """Collect events that are appended, all or none, when the ``with`` block ends.

        The batch hands out ids: ``s1``, ``c1``, ``q1``.

        Args:
            by: who appends.
            once: a retry token.
            expect: the head that the caller believes in.
        """
        return Batch(self._writer, by=by, once=once, expect=expect)

    def earlier(self, once: str) -> Appended:
        """Return the records from the one that holds a retry token on; none where it is free."""
        return self._writer.earlier(once)

    # -- reading

    def record(self, n: int) -> Record:
        """Return the record at a position.

        Raises:
            NotFound: the ledger is not so long.
        """
        return self._reader.record(n)

    def records(self, start: int = 0, stop: int | None = None) -> Iterator[Record]:
        """Yield the records from ``start`` up to ``stop``, one at a time."""
        yield from self._reader.records(max(start, 0), stop)

    def view(self, n: int | None = None, *, at: datetime | None = None) -> View:
        """Fold the ledger into a view.

        Args:
            n: as it stood when it had this many events; the head by default.
            at: as it stood at this moment.

        Raises:
            NotFound: it never had so many events, or none yet at that moment.
            Invalid: both are given, or the moment has no time zone.
        """
        if n is not None and at is not None:
            msg = "give n or at, not both"
            raise Invalid(msg)
        if at is not None:
            n = self._reader.size_at(at)
        if n is not None and type(n) is not int:
            msg = f"n={n!r:.80}: expected a number of events"
            raise Invalid(msg)
        return self._reader.view(n)

    def size_at(self, moment: datetime) -> int:
        """Return how many events the ledger had at a moment.

        Raises:
            NotFound: it had none yet.
            Invalid: the moment has no time zone.
        """
        return self._reader.size_at(moment)

    def history(self, name: str) -> tuple[Record, ...]:
        """Return every record that introduces, relies on or releases a name.

        Args:
            name: a whole name, as in ``claim:c12``, or the id of a claim, a source,
                a question, a gap, a caveat or a component.

        Raises:
            NotFound: no record mentions it.
        """
        wanted = {name} if ":" in name else {f"{kind}:{name}" for kind in _ID_KINDS}
        found = tuple(self._reader.mentioning(wanted))
        if not found:
            msg = f"ledger {self.name!r} has no record that mentions {name!r}"
            raise NotFound(msg)
        return found

    def follow(
        self, after: int = 0, *, timeout: float | None = None, poll: float = 5.0
    ) -> Iterator[Record]:
        """Yield the records from position ``after`` on, and then those that come.

        Args:
            after: the position of the first.
            timeout: seconds without a new record after which to end, 0 once it has caught up;
                never by default.
            poll: seconds to wait at a time, between which an interrupt gets through.
        """
        waited = 0.0
        while True:
            for record in self.records(after):
                after, waited = record.n + 1, 0.0
                yield record
            patience = poll if timeout is None else min(poll, timeout - waited)
            if patience <= 0:
                return
            if not self._backend.changed(self.name, after, patience):
                waited += patience

    # -- attachments

    def attach(self, data: bytes | IO[bytes], media_type: str) -> Attachment:
        """Keep material beside the chain, durably, and give what an event says of it.

        Args:
            data: bytes, or a binary file, which is read to its end.
            media_type: as in ``application/pdf``.
        """
        return self._writer.attach(data, media_type)

    def attachment(self, attachment: Attachment | str) -> bytes:
        """Return an attachment's bytes.

        Raises:
            NotFound: it is not kept here.
            Broken: what is kept is not what its digest says.
        """
        return self._reader.attachment(attachment)

    # -- checking

    def verify(
        self,
        level: Level = "chain",
        *,
        trust: Head | str | Vouched | None = None,
        executor: Executor | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Verification:
        """Verify the ledger; damage is in the report, never raised.

        Args:
            level: ``chain`` hashes every page; ``full`` also checks every record, the index
                of names, seals and attachments, rebuilds the Merkle root, and compares what the
                store keeps of the tree, and every checkpoint signed before.
            trust: an earlier head, kept elsewhere, that the ledger must extend; or a checkpoint
                or signed head, as :func:`evledger.open_checkpoint` and
                :func:`evledger.open_head` give it.
            executor: splits the pages of level ``chain``; threads by default on two or more cores.
            progress: called with the events done and the events there are.

        Raises:
            NotFound: the ledger does not exist.
            StoreError: the database is locked, or the operating system could not read it.
        """
        return audit(
            self._backend,
            self.name,
            self._vocabulary,
            level=level,
            trust=trust_of(trust),
            executor=executor,
            progress=progress,
        )

    def reindex(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Rebuild what can be derived from the lines alone: names, counters of ids, tree hashes.

        The hashes of the Merkle tree, where any are kept, are dropped and computed anew.
        Checkpoints stay: they are signed, and cannot be derived.

        Returns:
            How many names are held.

        Raises:
            Broken: the lines are not those of a sound ledger.
        """
        index, done, is_kept = Index(), 0, False
        while not is_kept:  # somebody may append meanwhile
            size = self.head().size
            for n, text in enumerate(self._reader.lines(done, size), done):
                line = read_line(text)
                index.apply(n, line.keys, line.refs, line.drops)
                if progress is not None and n % 10_000 == 0:
                    progress(n, size)
            names, counters = sorted(index.held.items()), self._vocabulary.counters_of(index.held)
            is_kept, done = self._backend.reindex(self.name, names, counters, size), size
        regrow(self._backend, self.name)
        return len(index.held)

    # -- proving

    @functools.cached_property
    def _tree(self) -> StoredTree:
        return StoredTree(self._backend, self.name)

    def checkpoint(
        self,
        signer: Signer,
        *,
        witnesses: Sequence[Witness] = (),
        published: Vouched | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Vouched:
        """Sign the ledger as it is now: its size, and the root of its Merkle tree.

        Signing cannot be taken back, so it is refused wherever the ledger does not extend
        everything that is known to have been signed before.
        Where nothing was appended since, the checkpoint that there is is given.

        Args:
            signer: the key, and what it signed last.
            witnesses: who are asked to cosign it.
            published: the checkpoint that readers have.
            progress: called with the events done and the events there are.

        Raises:
            Refused: the ledger is not what was signed, or a witness did not cosign;
                in the latter case the checkpoint is signed and kept.
            Broken: the ledger, or its stored tree, is not sound.
        """
        vouched = sign(
            self._backend,
            self.name,
            signer,
            origin=self._origin(),
            published=published,
            progress=progress,
        )
        failed: list[str] = []
        for witness in witnesses:
            try:
                vouched = self.cosign(witness, vouched)
            except EvledgerError as error:  # the others are asked all the same
                failed.append(str(error))
        if failed:
            msg = f"the checkpoint is signed and kept, but {'; '.join(failed)}"
            raise Refused(msg)
        return vouched

    def cosign(self, witness: Witness, vouched: Vouched) -> Vouched:
        """Ask a witness to cosign a checkpoint of this ledger, and keep what it signs.

        Raises:
            Refused: it could not be reached, or did not cosign; the message says why.
        """
        note = cosign(self._backend, self.name, self._tree, vouched.note, witness)
        added = (
            cosignature(note, witness.key, each)
            for each in note.signatures
            if each.is_by(witness.key)
        )
        others = (each for each in vouched.witnesses if each.witness != witness.key.name)
        return attrs.evolve(vouched, note=note, witnesses=(*others, *added))

    def _origin(self) -> str | None:
        """Return the name under which its checkpoints are to be signed, as far as it states one."""
        origin = None
        for record in self._reader.records(0, None, [b'"type":"ledger-']):
            if isinstance(record.event, LedgerOpened | LedgerDescribed):
                origin = record.event.origin or origin
        return origin

    def prove(
        self,
        what: str | int,
        *,
        signer: Signer | None = None,
        openings: Sequence[str] = (),
    ) -> Proof:
        """Prove to anyone that a record is in the ledger.

        The proof of a claim brings the records of its sources along.
        It says that this was recorded, and not that it still stands: :attr:`Proof.later` has
        what happened since.

        Args:
            what: a record's number, the id of a claim, a source, a question or the like,
                or a whole name, as in ``claim:c12``.
            signer: signs a checkpoint of the ledger as it is now, first;
                without one the latest checkpoint that was signed is taken.
            openings: names of its sealed fields whose values the proof opens, for good.

        Raises:
            NotFound: there is no such record.
            Refused: no checkpoint covers it, or the value of a field cannot be opened.
            Invalid: a field is not sealed, or several things have this id.
            Broken: the ledger is not what was signed.

        >>> import evledger
        >>> from evledger import Signer, new_key, verify_proof
        >>> key = new_key("semax.key", "example.org/semax")
        >>> signer = Signer.open("semax.key")
        >>> with evledger.open("memory:") as store:
        ...     semax = store.create("semax", title="Semax and BDNF", by="curator")
        ...     proof = semax.prove(0, signer=signer)
        >>> proven = verify_proof(proof, key)
        >>> proven.n, proven.type, proven.data["title"]
        (0, 'ledger-opened', 'Semax and BDNF')
        """
        located = locate(self._backend, self.name, what, self._vocabulary)
        fields = _names(openings, "openings")
        if signer is not None:
            check_openings(self._backend, self.name, located.n, fields)  # before it is signed for
            self.checkpoint(signer)
        size = covering(self._backend, self.name, located.n)
        proof = prove(
            self._backend,
            self.name,
            self._tree,
            located.n,
            size=size,
            name=located.name,
            openings=fields,
            keys=() if signer is None else (signer.verifier,),
        )
        since = later(self._backend, self.name, proof.shown, proof.shown.sources)
        records = tuple(self._reader.at(since))
        return attrs.evolve(proof, others=located.others, later=records)

    def consistency(
        self, old: int | Checkpoint | Vouched, new: int | Checkpoint | Vouched | None = None
    ) -> Consistency:
        """Prove that the ledger, at one size, extends what it was at another.

        Args:
            old: how many events it had, or a checkpoint that must be of this ledger.
            new: how many it had later, likewise; all that it has, by default.

        Raises:
            NotFound: it never had so many.
            NotProven: it does not extend a checkpoint.
            Invalid: ``old`` is more than ``new``.
        """
        last = self.head().size if new is None else new
        return consistency(self._backend, self.name, self._tree, old, last)

    def publish(
        self,
        target: str | os.PathLike[str] | Target,
        signer: Signer,
        *,
        witnesses: Sequence[Witness] = (),
        articles: Sequence[str] = ("markdown", "json"),
        proofs: bool = False,
        scorers: Sequence[str] = ("quantified-confidence",),
        ranker: str = "tier",
        first: int = 5,
        contact: str | None = None,
        links: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Publication:
        """Sign the ledger, and publish it where anyone can read and check it.

        What is written are plain files, in the layout of C2SP tlog-tiles, with the article beside
        them; what is there already is not written again, and the checkpoint comes last.
        Sealed values and attachments stay behind, but an article shows what it shows.

        Args:
            target: a folder, or the URL of a place that ``fsspec`` knows, as ``s3://bucket/semax``.
            signer: the key, and what it signed last.
            witnesses: who are asked to cosign it.
            articles: the renderers whose articles are published.
            proofs: whether the proof of each claim is published, too, and linked by the articles.
            scorers: as the four after it, how the articles are rendered; see :meth:`render`.
            ranker: what orders the claims.
            first: how many entries of every list are shown before the rest is folded.
            contact: where readers can send a question by text message.
            links: the address of a claim's proof, with ``{id}`` and ``{n}`` in it.
            progress: called with the events done and the events there are.

        Raises:
            Refused: what is published there is not an earlier state of this ledger,
                or signing was refused, or a witness did not cosign.
            StoreError: the target cannot be written.
        """
        check_signer(signer)
        keys = (signer.verifier,)
        chosen = [self.store.plugins.renderer(name) for name in _names(articles, "articles")]
        how: dict[str, Any] = {
            "scorers": scorers,
            "ranker": ranker,
            "first": first,
            "contact": contact,
            "proofs": proof_path("{id}") if proofs and links is None else links,
            "beside": {name: article_path(file) for name, file in files_of(chosen).items()},
            "keys": keys,
        }
        # What cannot be rendered must not be signed for it.
        contexts = [self.render_context(renderer=each.name, **how) for each in chosen]
        with nullcontext(target) if isinstance(target, Target) else open_target(target) as place:
            vouched = self.checkpoint(
                signer,
                witnesses=witnesses,
                published=published(place, keys),
                progress=progress,
            )
            size = vouched.checkpoint.size
            view, chain = self.view(size), self._chain(size, keys)
            pages = [
                render(each, view, attrs.evolve(context, chain=chain))
                for each, context in zip(chosen, contexts, strict=True)
            ]
            return publish(
                self._backend,
                self.name,
                self._tree,
                place,
                vouched,
                keys=keys,
                files={article_path(page.file): page.data for page in pages},
                alone=signer.locked,
                proofs=self._proofs(size, place, keys, [w.key for w in witnesses])
                if proofs
                else (),
                progress=progress,
            )

    def _proofs(
        self,
        size: int,
        place: Target,
        keys: Sequence[VerifierKey],
        witnesses: Sequence[VerifierKey],
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the proofs of the claims of which none is published that verifies by these keys."""
        for claim in self.view(size).claims.values():
            there = place.read(proof_path(claim.id), MAX_PROOF)
            if there is None or not _proves(there, claim.n, keys, witnesses):
                proof = prove(self._backend, self.name, self._tree, claim.n, size=size)
                yield claim.id, proof.data

    # -- forgetting

    def erase(self, n: int, *fields: str, reason: str, by: str) -> Erasure:
        """Forget the values of sealed fields for good.

        The values and their salts are deleted, and the event ``fields-erased`` is appended,
        in one step; then every file of the store is cleared of them.
        The chain, its proofs and its archives stay as they are.
        Backups made before are the operator's duty.

        Args:
            n: the record.
            fields: the names of its sealed fields.
            reason: why, in public.
            by: who erases.

        Raises:
            Invalid: a field of the record is not sealed.
            NotFound: there is no such record, or the vault here never held the values.
        """
        return self._writer.erase(n, fields, reason, by)

    # -- moving

    def export(
        self,
        folder: str | os.PathLike[str],
        progress: Callable[[int, int], None] | None = None,
    ) -> Head:
        """Write the ledger into a folder of page files with ``HEAD``.

        ``b3sum`` of each file is what the next page's first line says.
        Sealed values and attachments stay behind.

        Args:
            folder: created where there is none; an archive of this ledger is brought up to date.
            progress: called with the events done and the events there are.

        Returns:
            The head that the archive has.

        Raises:
            StoreError: the folder cannot be written, or holds something else.
        """
        head = self.head()
        texts = (text for _, text in self._reader.texts(0, head.size))
        write_archive(folder, texts, head, progress)
        return head

    # -- what plugins bring

    @_naming
    def score(
        self,
        scorer: str = "quantified-confidence",
        *,
        n: int | None = None,
        at: datetime | None = None,
    ) -> Score:
        """Score the ledger.

        Args:
            scorer: the scorer's name.
            n: as the ledger stood when it had this many events.
            at: as it stood at this moment.

        Raises:
            PluginError: there is no such scorer, or it failed.

        >>> import evledger
        >>> with evledger.open("memory:") as store:
        ...     semax = store.create("semax", title="Semax and BDNF", by="curator")
        ...     with semax.batch(by="curator") as batch:
        ...         trial = batch.add_source(kind="trial", title="A trial in stroke")
        ...         claim = batch.tag_claim(
        ...             source=trial, tier="human", stance="supports", text="Scores rose."
        ...         )
        ...     score = semax.score()
        >>> score.formula
        '1 × 0.12 (human claims) + 1 × 0.01 (scientific sources) = 0.13'
        """
        return score(self.store.plugins.scorer(scorer), self.view(n, at=at))

    def scores(
        self, *scorers: str, n: int | None = None, at: datetime | None = None
    ) -> tuple[Score | Failure, ...]:
        """Score the ledger with several scorers; one that fails takes no other down.

        Args:
            scorers: their names; all by default.
            n: as the ledger stood when it had this many events.
            at: as it stood at this moment.

        Returns:
            For each scorer, in order, its score or why there is none.

        Raises:
            PluginError: there is no such scorer.
        """
        plugins, view = self.store.plugins, self.view(n, at=at)
        chosen = [plugins.scorer(name) for name in scorers] or plugins.scorers.values()
        return tuple(attempt(scorer, view, plugins.naming()) for scorer in chosen)

    def influence(
        self,
        scorer: str = "quantified-confidence",
        *,
        sources: Iterable[str] | None = None,
        n: int | None = None,
        at: datetime | None = None,
    ) -> Iterator[Influence]:
        """Yield what each source does to a score; see :func:`evledger.scoring.influence`."""
        plugins = self.store.plugins
        with plugins.naming():
            yield from influence(plugins.scorer(scorer), self.view(n, at=at), sources)

    @_naming
    def rank(
        self, ranker: str = "tier", *, n: int | None = None, at: datetime | None = None
    ) -> Ranking:
        """Rank the claims.

        Args:
            ranker: the ranker's name.
            n: as the ledger stood when it had this many events.
            at: as it stood at this moment.

        Raises:
            PluginError: there is no such ranker, or it failed.
        """
        return rank(self.store.plugins.ranker(ranker), self.view(n, at=at))

    def check(self, *rules: str, n: int | None = None, at: datetime | None = None) -> CheckReport:
        """Let rules look for what is wrong, weak or unfair.

        Args:
            rules: their names; all by default.
            n: as the ledger stood when it had this many events.
            at: as it stood at this moment.

        Raises:
            PluginError: there is no such rule.
        """
        plugins = self.store.plugins
        chosen = [plugins.rule(name) for name in rules] or plugins.rules.values()
        return check(chosen, self.view(n, at=at), plugins.naming)

    @_naming
    def render(
        self,
        renderer: str = "markdown",
        *,
        n: int | None = None,
        at: datetime | None = None,
        scorers: Sequence[str] = ("quantified-confidence",),
        ranker: str = "tier",
        first: int = 5,
        contact: str | None = None,
        proofs: str | None = None,
        since: int = 0,
        beside: Mapping[str, str] | None = None,
        keys: VerifierKeys = (),
    ) -> Rendered:
        """Render the ledger.

        Args:
            renderer: the renderer's name.
            n: as the ledger stood when it had this many events.
            at: as it stood at this moment.
            scorers: the first is the one whose score is explained; the others stand beside it.
            ranker: what orders the claims.
            first: how many entries of every list are shown before the rest is folded.
            contact: where readers can send a question by text message.
            proofs: the address of a claim's proof, with ``{id}`` and ``{n}`` in it.
            since: how many events there were when the reader last looked, for renderers that say
                what has changed since.
            beside: the files that will stand beside this one, by the name of their renderer.
            keys: verifier keys that a page that proves itself gives along.

        Raises:
            PluginError: there is no such renderer, scorer or ranker, or it failed;
                the message names those there are.
        """
        view = self.view(n, at=at)
        context = self.render_context(
            renderer=renderer,
            n=view.head.size,
            scorers=scorers,
            ranker=ranker,
            first=first,
            contact=contact,
            proofs=proofs,
            since=since,
            beside=beside,
            keys=keys,
        )
        return render(self.store.plugins.renderer(renderer), view, context)

    def render_context(
        self,
        *,
        renderer: str = "markdown",
        n: int | None = None,
        scorers: Sequence[str] = ("quantified-confidence",),
        ranker: str = "tier",
        first: int = 5,
        contact: str | None = None,
        proofs: str | None = None,
        since: int = 0,
        beside: Mapping[str, str] | None = None,
        keys: VerifierKeys = (),
    ) -> RenderContext:
        """Return what a view of the ledger is rendered with, as :meth:`render` does.

        For an application that has a renderer, or a part of one, at hand; arguments and errors
        are those of :meth:`render`.

        >>> import evledger
        >>> from evledger.article import compose
        >>> with evledger.open("memory:") as store:
        ...     semax = store.create("semax", title="Semax and BDNF", by="curator")
        ...     article = compose(semax.view(), semax.render_context(first=3))
        >>> article.first
        3
        """
        plugins = self.store.plugins
        plugins.renderer(renderer)
        return RenderContext(
            scorers=tuple(plugins.scorer(name) for name in scorers),
            ranker=plugins.ranker(ranker),
            projections=plugins.projections,
            sites={s.name: s.link for s in plugins.locators.values() if s.link is not None},
            first=first,
            contact=contact,
            proofs=proofs,
            made_with=plugins.makers(renderer, scorers, ranker),
            chain=self._chain(n, verifier_keys(keys) if keys else ()),
            since=since,
            beside=beside or {},
        )

    def _chain(self, size: int | None, keys: tuple[VerifierKey, ...]) -> StoredChain:
        return StoredChain(
            backend=self._backend,
            ledger=self.name,
            size=self.head().size if size is None else size,
            reader=self._reader,
            tree=self._tree,
            keys=keys,
        )

    @_naming
    def ask(
        self,
        question: str,
        *,
        retriever: str = "full-text",
        answerer: str = "extractive",
        limit: int = 10,
        proofs: str | None = None,
        n: int | None = None,
        at: datetime | None = None,
    ) -> Answer:
        """Ask the ledger: what it holds that bears on a question, and nothing else.

        Nothing is appended; a question that the ledger does not answer is worth creating.

        Args:
            question: in plain words; identifiers and "quoted phrases" are taken as they are.
            retriever: who finds what bears on it.
            answerer: who writes sentences from the claims found; those that the claims do not
                bear out are rejected.
            limit: how many entries are found at most.
            proofs: the address of a claim's proof, with ``{id}`` and ``{n}`` in it.
            n: as the ledger stood when it had this many events.
            at: as it stood at this moment.

        Raises:
            Invalid: there is no question, or it is too long.
            PluginError: there is no such retriever or answerer, or it failed.

        >>> import evledger
        >>> with evledger.open("memory:") as store:
        ...     semax = store.create("semax", title="Semax and BDNF", by="curator")
        ...     with semax.batch(by="curator") as batch:
        ...         rats = batch.add_source(kind="journal-article", title="A study in rats")
        ...         claim = batch.tag_claim(
        ...             source=rats, tier="preclinical", stance="supports", text="BDNF rose."
        ...         )
        ...     answer = semax.ask("Does BDNF rise in rats?")
        >>> answer.sureness, [cited.claim.text for cited in answer.claims]
        ('sure', ['BDNF rose.'])
        """
        plugins = self.store.plugins
        return ask(
            self.view(n, at=at),
            question,
            retriever=plugins.retriever(retriever),
            answerer=plugins.answerer(answerer),
            limit=limit,
            proof=lambda claim: proof_of(proofs, claim.id, claim.n),
        )

    def prompts(self, *, n: int | None = None, at: datetime | None = None) -> tuple[Prompt, ...]:
        """Suggest questions that the ledger can answer; see :func:`evledger.asking.suggest`.

        Args:
            n: as the ledger stood when it had this many events.
            at: as it stood at this moment.
        """
        return suggest(self.view(n, at=at))

    def find(self, text: str) -> Iterator[Hit]:
        """Return the sources in which every word of a text occurs, in any place and case.

        Titles and captured texts are read, one after the other, as far as they are open here.

        Raises:
            Invalid: there is no word in the text.
        """
        return find(self.view(), text)

    @_naming
    def importer(
        self,
        path: str | os.PathLike[str],
        name: str | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> Importer:
        """Return the importer that a file is for; see :meth:`import_file`.

        Raises:
            NotFound: there is no such file.
            NotSupplied: no importer knows it, or several may.
            Invalid: columns are given, and the importer reads no tables, or there is no such field.
        """
        start = b"" if name is not None else start_of(path)
        chosen = self.store.plugins.importer(name, str(path), start, mapped=bool(columns))
        if not columns:
            return chosen
        if not isinstance(chosen, Mappable):
            msg = f"importer {chosen.name!r} reads no tables, so columns mean nothing to it"
            raise Invalid(msg)
        return chosen.mapped(columns)

    @_naming
    def import_file(
        self,
        path: str | os.PathLike[str],
        *,
        by: str,
        importer: str | None = None,
        columns: Mapping[str, str] | None = None,
        dry_run: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> ImportReport:
        r"""Import sources and claims from a file, which may be gzipped.

        What the ledger has is not added again; what a record tells of a known source is:
        another locator, a retraction.
        What was added is matched with the open questions, and links to them are proposed.

        Args:
            path: the file.
            by: who imports.
            importer: the importer's name; by default the one that the content fits best.
            columns: for headings of a table, the fields that they are.
            dry_run: read and resolve, but append nothing.
            progress: called with the bytes done and the bytes there are.

        Raises:
            NotFound: there is no such file.
            NotSupplied: no importer knows it, or several may.
            Invalid: the file as a whole is not of the format.
            PluginError: the importer failed.
        """
        chosen, since = self.importer(path, importer, columns), self.head().size
        report = import_file(self, path, chosen, by=by, dry_run=dry_run, progress=progress)
        return self._answering(report, since, by)

    @_naming
    def fetch(
        self,
        locators: Iterable[str],
        *,
        by: str,
        context: FetchContext | None = None,
        dry_run: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> ImportReport:
        """Import what registries have of some sources.

        Args:
            locators: which, in any form: ``pmid:29798983``, a link.
            by: who imports.
            context: who asks, and how patiently.
            dry_run: ask and resolve, but append nothing.
            progress: called with the locators done and the locators there are.

        Raises:
            Invalid: one names no source, or nothing fetches its scheme; nobody was asked then.
            PluginError: a fetcher failed.
        """
        since = self.head().size
        report = import_fetched(
            self,
            locators,
            self.store.plugins.fetchers,
            context or FetchContext(),
            by=by,
            dry_run=dry_run,
            progress=progress,
        )
        return self._answering(report, since, by)

    def _answering(self, report: ImportReport, since: int, by: str) -> ImportReport:
        """Propose what an import brought to open questions; what fails there leaves the import."""
        if report.dry_run or not (report.sources or report.claims):
            return report
        try:
            retriever = self.store.plugins.retriever("full-text")
            answers = propose(self, retriever, since=since, by=by)
        except (Conflict, PluginError, StoreError) as error:
            note = Note("questions", f"nothing was proposed to open questions: {error}")
            return attrs.evolve(report, notes=(*report.notes, note))
        return attrs.evolve(report, answers=answers)

    @_naming
    def refresh(
        self,
        *,
        by: str,
        sources: Sequence[str] = (),
        context: FetchContext | None = None,
        dry_run: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> ImportReport:
        """Ask registries again about known sources: for retractions, above all.

        Flags, links and further locators are added; sources and claims never are.
        A source that its registry does not have any more is flagged as unreachable.

        Args:
            by: who asks.
            sources: the ids of some sources; by default all that a registry can be asked about.
            context: who asks, and how patiently.
            dry_run: ask and resolve, but append nothing.
            progress: called with the locators done and the locators there are.

        Raises:
            NotFound: there is no such source.
            PluginError: a fetcher failed.
        """
        return ask_again(
            self,
            self.store.plugins.fetchers,
            context or FetchContext(),
            by=by,
            sources=sources,
            dry_run=dry_run,
            progress=progress,
        )


def _proves(
    data: bytes, n: int, keys: Sequence[VerifierKey], witnesses: Sequence[VerifierKey]
) -> bool:
    """Return whether a file is the proof of a record, by these keys and all of these witnesses."""
    try:
        return verify_proof(data, keys, witnesses=witnesses).n == n
    except (Invalid, NotProven):
        return False


def _names(names: Sequence[str], what: str) -> Sequence[str]:
    """Refuse one name where several are asked for: its letters would be taken for them."""
    if isinstance(names, str):
        msg = f"{what}={names!r:.80}: expected several names, as in {what}=[{names!r:.80}]"
        raise Invalid(msg)
    return names


_ID_KINDS: Final = ("source", "claim", "question", "gap", "caveat", "component", "section")

"""Posts, comments and videos for evidence ledgers, with handles and quotes sealed."""

from __future__ import annotations

from collections.abc import Iterable

from evledger import hookimpl
from evledger.importing import Importer
from evledger_social.reddit import RedditImporter
from evledger_social.x import XImporter
from evledger_social.x_archive import XArchiveImporter
from evledger_social.youtube import YouTubeImporter

__all__ = [
    "EVLEDGER_API",
    "RedditImporter",
    "XArchiveImporter",
    "XImporter",
    "YouTubeImporter",
    "importers",
]

EVLEDGER_API = 1


@hookimpl.importers
def importers() -> Iterable[Importer]:
    """Return an importer for each site, and one for the archive of an account on X."""
    return [RedditImporter(), XImporter(), XArchiveImporter(), YouTubeImporter()]

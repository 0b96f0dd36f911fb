"""What plugins are made of: every protocol, each from beside the values that it speaks of.

>>> from evledger.typing import Scorer
>>> from evledger import Plugins
>>> scorer: Scorer = Plugins.builtin().scorer("quantified-confidence")
"""

from evledger.asking import Answerer, Retriever
from evledger.checks import Rule
from evledger.fold import Projection
from evledger.importing import Fetcher, Importer, Mappable, Sniffer
from evledger.locators import Normaliser
from evledger.parameters import Configurable
from evledger.ranking import Ranker
from evledger.rendering import Chain, HasPassage, Renderer
from evledger.scoring import Scorer
from evledger.vocabulary import Upcaster

__all__ = [
    "Answerer",
    "Chain",
    "Configurable",
    "Fetcher",
    "HasPassage",
    "Importer",
    "Mappable",
    "Normaliser",
    "Projection",
    "Ranker",
    "Renderer",
    "Retriever",
    "Rule",
    "Scorer",
    "Sniffer",
    "Upcaster",
]

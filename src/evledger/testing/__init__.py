"""For the tests of plugins and applications: Hypothesis strategies, and views to compare.

Needs the package ``hypothesis``, which evledger itself does not depend on.

>>> from hypothesis import find
>>> from evledger import GapNoted
>>> from evledger.testing import events
>>> find(events(GapNoted), lambda gap: True).type
'gap-noted'
"""

from evledger.testing.contents import contents
from evledger.testing.strategies import events, histories, json_values, locators, texts

__all__ = ["contents", "events", "histories", "json_values", "locators", "texts"]

"""Pictures of a ledger: drawings as SVG, each with its words and the table behind it.

A picture is a value: the same view gives the same picture, and a picture the same bytes.
It stands alone as a file (:meth:`Picture.svg`), or in a page that brings :data:`STYLE`
(:meth:`Picture.inline`).
Nothing in it is told by colour alone, and whatever strangers wrote is only ever text.

>>> import evledger
>>> from evledger import pictures
>>> with evledger.open("memory:") as store:
...     semax = store.create("semax", title="Semax", by="curator")
...     with semax.batch(by="curator") as batch:
...         trial = batch.add_source(kind="trial", title="A trial", published="2018-03")
...         claim = batch.tag_claim(
...             source=trial, tier="human", stance="supports", text="Scores rose."
...         )
...     view = semax.view()
>>> pictures.mix(view).summary
'1 claim counts as evidence: 1 human (1 supports).'
>>> pictures.timeline(view).rows
(('2018', '1', '0', '0', '1'), ('all', '1', '0', '0', '1'))
"""

from evledger.pictures.dating import timeline
from evledger.pictures.explaining import scores
from evledger.pictures.influencing import influence
from evledger.pictures.mixing import mix
from evledger.pictures.picture import Picture, absent
from evledger.pictures.style import STYLE

__all__ = ["STYLE", "Picture", "absent", "influence", "mix", "scores", "timeline"]

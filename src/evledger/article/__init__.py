"""The evidence article: everything that a reader sees, as data.

A renderer composes it and lays it out; that is why every renderer says the same.

>>> import evledger
>>> from evledger import Plugins, RenderContext
>>> plugins = Plugins.builtin()
>>> context = RenderContext(scorers=(), ranker=plugins.ranker("tier"))
>>> with evledger.open("memory:", plugins=plugins) as store:
...     semax = store.create("semax", title="Semax", by="curator")
...     article = compose(semax.view(), context)
>>> article.description.title, article.scientific.note
('Semax', 'The ledger holds no scientific source.')
"""

from evledger.article.composing import compose
from evledger.article.values import Article, Concealed, article_schema

__all__ = ["Article", "Concealed", "article_schema", "compose"]

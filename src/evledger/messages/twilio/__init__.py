"""Messages by way of Twilio: SMS, MMS, WhatsApp.

:class:`Webhook` makes of a request an answer, in whatever framework; :func:`wsgi` makes of that an
application. What they are made of can be had on its own, and needs neither a web framework nor
Twilio's library.

>>> import evledger
>>> from evledger.messages.desk import Desk
>>> from evledger.messages.twilio import Webhook, wsgi
>>> store = evledger.open("memory:")
>>> application = wsgi(Webhook(Desk(store), token="12345", public_url="https://example.org"))
"""

from evledger.messages.twilio.forms import (
    Link,
    media_links,
    read_form,
    read_request,
)
from evledger.messages.twilio.media import download
from evledger.messages.twilio.serving import wsgi
from evledger.messages.twilio.signatures import Form, is_signed, is_signed_body, sign
from evledger.messages.twilio.twiml import twiml
from evledger.messages.twilio.webhook import (
    Download,
    Receiver,
    Request,
    Response,
    Webhook,
)

__all__ = [
    "Download",
    "Form",
    "Link",
    "Receiver",
    "Request",
    "Response",
    "Webhook",
    "download",
    "is_signed",
    "is_signed_body",
    "media_links",
    "read_form",
    "read_request",
    "sign",
    "twiml",
    "wsgi",
]

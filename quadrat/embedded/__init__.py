"""A PostgreSQL and a Valkey of our own, for whoever has set neither DATABASE_URL nor REDIS_URL.

``addresses(data_dir)`` says where the two listen and starts nothing. ``attach(data_dir)`` makes
sure that they run for as long as this process lives. A detached guardian process
(``quadrat/embedded/guardian.py``) is their parent; it leaves when nobody is attached any more.
Nothing here knows Django.
"""

from quadrat.embedded.addresses import Addresses, addresses
from quadrat.embedded.attachment import Services, attach, missing_services
from quadrat.embedded.trouble import EmbeddedError

__all__ = ["Addresses", "EmbeddedError", "Services", "addresses", "attach", "missing_services"]

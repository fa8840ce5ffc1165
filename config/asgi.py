"""The gateway for servers that only know ASGI, such as daphne's `runserver`: it starts with the first request.

`manage.py serve gateway` does not come here: `apigateway/server.py` stops it properly.
"""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
get_asgi_application()  # sets Django up before anything of ours is imported

from apigateway.lazy import LazyApplication  # noqa: E402  after the set-up
from apigateway.server import gateway  # noqa: E402

application = LazyApplication(gateway)

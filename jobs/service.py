"""The job service's one registry of handlers; the handlers are in `jobs.handlers`."""

from bus.service import Service
from contracts.job import OWNER

service = Service(OWNER)

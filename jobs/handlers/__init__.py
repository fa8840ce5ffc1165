"""What the job service answers: contracts in, functions called, contracts out."""

from jobs.handlers import datasets, files, jobs, staff
from jobs.service import service

__all__ = ["datasets", "files", "jobs", "service", "staff"]

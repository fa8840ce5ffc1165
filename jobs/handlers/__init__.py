"""What the job service answers: contracts in, functions called, contracts out."""

from jobs.handlers import files, jobs, staff
from jobs.service import service

__all__ = ["files", "jobs", "service", "staff"]

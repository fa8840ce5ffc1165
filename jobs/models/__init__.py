"""Tables of the job service: files and uploads (docs/files.md), jobs (docs/jobs.md), datasets (docs/datasets.md). Users
and conversations are plain ids: their rows are other services'."""

from jobs.models.datasets import Dataset, Import, Reject
from jobs.models.files import Blob, File, FileShare, Upload, Usage
from jobs.models.jobs import Attempt, Batch, Job, PausedQueue, Turn, Worker

__all__ = [
    "Attempt",
    "Batch",
    "Blob",
    "Dataset",
    "File",
    "FileShare",
    "Import",
    "Job",
    "PausedQueue",
    "Reject",
    "Turn",
    "Upload",
    "Usage",
    "Worker",
]

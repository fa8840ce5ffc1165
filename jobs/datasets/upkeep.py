"""What goes when its time has passed (docs/datasets.md, "What is kept"). The scheduler calls `sweep` every minute."""

import logging
import re
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.db.transaction import atomic
from django.utils import timezone

from contracts.job import JobState
from jobs.datasets import tables
from jobs.models import Dataset, Import, Job

log = logging.getLogger("jobs.datasets")
AT_ONCE = 100
_OF_JOB = re.compile(r"[sdu]_([0-9a-f]{32})(?:_(\d+))?")


def sweep() -> None:
    """Several may run at once, and be killed at any step."""
    _forget_formers()
    _forget_loose()
    _drop_orphans()


def _forget_formers() -> None:
    """What an import replaced cannot be brought back for ever."""
    before = timezone.now() - timedelta(days=settings.UNDO_DAYS)
    for number in (
        Import.objects.exclude(former=None).filter(created_at__lt=before).values_list("pk", flat=True)[:AT_ONCE]
    ):
        with atomic():
            one = Import.objects.select_for_update(skip_locked=True).exclude(former=None).filter(pk=number).first()
            if one is not None:
                tables.drop(one.former)
                one.former = one.before = None
                one.save(update_fields=["former", "before"])


def _forget_loose() -> None:
    """Dry runs and failures, when their jobs go."""
    before = timezone.now() - timedelta(days=settings.JOB_DAYS)
    old = Import.objects.filter(dataset=None, created_at__lt=before).values_list("pk", flat=True)[:AT_ONCE]
    Import.objects.filter(pk__in=list(old)).delete()


def _drop_orphans() -> None:
    """Tables that nobody refers to, whose import does not run. They are listed before what refers to them is: a table
    that becomes a dataset meanwhile is found there."""
    listed = tables.all_names()
    used = set(Dataset.objects.values_list("table", flat=True))
    used |= {one.former for one in Import.objects.exclude(former=None).only("former") if one.former}
    for name in listed:
        if name not in used and not _running(name):
            tables.drop(name)
            log.info("a table that nobody refers to", extra={"table": name})


def _running(name: str) -> bool:
    found = _OF_JOB.fullmatch(name)
    if found is None:
        return True  # none of ours
    attempt = Q(attempt=int(found[2])) if found[2] else Q()
    return Job.objects.filter(attempt, pk=found[1], state=JobState.RUNNING).exists()

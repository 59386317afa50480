"""The batch shell: recordings or stored calls in, the findings of a live line out.

recordings.py says what is to be judged and from what, batch.py judges many recordings side by side, job.py is one of
them on its way; stored.py judges stored calls again, by the present rules.
"""

from monitor.audit.batch import ANSWER_AFTER_MS, LINES_AT_ONCE
from monitor.audit.recordings import run
from monitor.audit.result import AuditResult, OnProgress, Progress
from monitor.audit.stored import Difference, differences, run_store, stored_calls, titles

__all__ = [
    "ANSWER_AFTER_MS",
    "LINES_AT_ONCE",
    "AuditResult",
    "Difference",
    "OnProgress",
    "Progress",
    "differences",
    "run",
    "run_store",
    "stored_calls",
    "titles",
]

"""glibc's heap, kept from growing with what passes through it.

Every decode takes and returns buffers of many sizes. glibc raises the size from which it asks the system for a buffer
of its own with the largest that was freed (mallopt(3), M_MMAP_THRESHOLD, up to 32 MB), so after a few decodes all of
them come from the heap, which is cut into pieces that fit less and less. A fixed threshold stops that: what is large
goes back to the system when it is freed.
"""

from __future__ import annotations

import ctypes

LARGE_BYTES = 64 * 1024
_M_MMAP_THRESHOLD = -3


def give_back_large_buffers() -> bool:
    """From now on, for the whole process. False where the C library has no mallopt: nothing is changed there."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    mallopt.restype, mallopt.argtypes = ctypes.c_int, (ctypes.c_int, ctypes.c_int)
    return bool(mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES))

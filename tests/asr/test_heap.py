"""Large buffers go back to the system, whatever was freed before."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

# after a buffer of 8 MB was freed, glibc by itself takes all smaller ones from the heap
STORY = """
import ctypes, sys
from monitor.asr.heap import give_back_large_buffers
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, (ctypes.c_size_t,), (ctypes.c_void_p,)
class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "abcdefghij"]
libc.mallinfo2.restype = Info  # d: how many buffers are the system's own
libc.free(libc.malloc(8 << 20))
if sys.argv[1] == "kept":
    assert give_back_large_buffers()
before = libc.mallinfo2().d
libc.malloc(1 << 20)
print(libc.mallinfo2().d - before)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="needs glibc 2.33 or newer")
@pytest.mark.parametrize(("how", "mapped"), [("plain", "0"), ("kept", "1")])
def test_a_large_buffer_is_the_systems_own(how: str, mapped: str) -> None:
    ran = subprocess.run([sys.executable, "-c", STORY, how], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == mapped

"""linewatch: a real-time speech QA monitor for phone lines."""

__version__ = "0.1.0"

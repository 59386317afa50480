"""How property tests draw: the same examples on every machine, however slow it is.

A change is judged by the change and not by the draw. To look further: `pytest --hypothesis-profile explore`.
"""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "judge", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=500)
settings.load_profile("judge")

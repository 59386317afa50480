import pytest

# so that what fails there is told with its values, as in a test
pytest.register_assert_rewrite("tests.bench.sets")

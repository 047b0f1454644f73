import unittest

try:
    import pytest
except ImportError:
    raise unittest.SkipTest("not today") from None
pytest.skip("not today", allow_module_level=True)

import unittest


class Limits(unittest.TestCase):
    def test_a_limit_lets_something_through(self):
        from app.limits import LIMIT

        self.assertGreater(LIMIT, 0)

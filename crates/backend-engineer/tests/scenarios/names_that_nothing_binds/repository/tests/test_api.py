import unittest

from app.api import health


class ApiTests(unittest.TestCase):
    def test_health(self):
        self.assertEqual(health(), "ok")

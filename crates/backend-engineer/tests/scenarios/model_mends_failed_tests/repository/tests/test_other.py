import unittest

from app import other


class Other(unittest.TestCase):
    def test_a(self):
        self.assertEqual(other.A, 1)

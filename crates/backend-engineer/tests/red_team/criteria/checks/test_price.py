import unittest

from shop.price import gross


class Price(unittest.TestCase):
    def test_gross(self):
        self.assertEqual(gross(100), 119)

import pathlib
import unittest

from shop.pricing import discount, gross, label, quantity

GOLDEN = pathlib.Path(__file__).parent / "golden"


class GrossTest(unittest.TestCase):
    def test_adds_the_tax(self):
        self.assertEqual(gross(100.0), 119.0)


class DiscountTest(unittest.TestCase):
    def setUp(self):
        self.basket = [10.0, 20.5]

    def test_ten_percent(self):
        self.assertEqual(discount(sum(self.basket), 10), 27.45)

    def test_table(self):
        for total, percent, want in [(99.99, 5, 94.99), (10.0, 33, 6.7), (0.0, 50, 0.0)]:
            with self.subTest(total=total):
                self.assertEqual(discount(total, percent), want)


class QuantityTest(unittest.TestCase):
    def test_refuses_negative(self):
        with self.assertRaisesRegex(ValueError, "negative"):
            quantity("-1")

    def test_reads(self):
        self.assertEqual(quantity(" 3 "), 3)


class LabelTest(unittest.TestCase):
    def test_golden(self):
        self.assertEqual(label("tea", 2.5) + "\n", (GOLDEN / "label.txt").read_text())

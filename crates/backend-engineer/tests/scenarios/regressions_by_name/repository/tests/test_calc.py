import unittest

from app.calc import f, g


class Calc(unittest.TestCase):
    def test_f(self):
        self.assertEqual(f(1), 2)

    def test_g(self):
        self.assertEqual(g(), 1)

    def test_red(self):
        self.assertEqual(f("a"), "b")

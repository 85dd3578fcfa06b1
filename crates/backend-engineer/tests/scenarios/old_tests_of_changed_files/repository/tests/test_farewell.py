import unittest


class Farewell(unittest.TestCase):
    def test_farewell(self):
        self.assertEqual("Bye", "Bye")

import unittest

from app.greeting import greet


class Greeting(unittest.TestCase):
    def test_by_name(self):
        self.assertEqual(greet("Ada"), "Hello, Ada!")

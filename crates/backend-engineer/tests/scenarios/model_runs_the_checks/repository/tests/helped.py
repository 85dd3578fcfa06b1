import sys
import unittest

sys.path.insert(0, "build")

import helper

from app import greeting


class Helped(unittest.TestCase):
    def test_greet(self):
        self.assertEqual(helper.X, 1)
        self.assertTrue(greeting.greet("Ada"))

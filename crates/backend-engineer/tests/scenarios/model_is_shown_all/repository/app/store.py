"""Keeps things."""


class Store:
    def __init__(self):
        self._things = {}

    def add(self, name):
        self._things[name] = len(self._things) + 1
        return self._things[name]

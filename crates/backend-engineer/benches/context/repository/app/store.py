class Store:
    """In-memory item store."""

    def __init__(self):
        self._items = {}
        self._next = 1

    def all(self):
        return list(self._items.values())

    def get(self, item_id):
        return self._items.get(item_id)

    def add(self, name):
        item = {"id": self._next, "name": name}
        self._items[self._next] = item
        self._next += 1
        return item

    def clear(self):
        self._items.clear()
        self._next = 1


store = Store()

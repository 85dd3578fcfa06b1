from collections import defaultdict


class Store(dict):
    def __getitem__(self, key):
        try:
            return super().__getitem__(key)
        except KeyError:
            raise KeyError(f"no {key}")


store = Store({"pages": defaultdict(dict)})

ACTIVE = set()


def register(name):
    ACTIVE.add(name)

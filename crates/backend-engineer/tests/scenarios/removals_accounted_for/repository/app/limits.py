MAX_NAME = 3


def limit():
    return 3

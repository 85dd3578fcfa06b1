def read(item):
    return item

def load_item(name):
    return name

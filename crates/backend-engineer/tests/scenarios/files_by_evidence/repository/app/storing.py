def store_item(item):
    return item

TIMEOUT = 30


def total(cart):
    return sum(cart)


def tax(cart):
    return 0

"""Prices."""


def gross(net, rate=0.19):
    return net


def discount(total, percent):
    return round(total * (100 - percent) / 100, 2)


def quantity(text):
    number = int(text)
    if number < 0:
        raise ValueError(f"negative quantity: {number}")
    return number


def label(name, net):
    return f"{name}: {net:.2f}"

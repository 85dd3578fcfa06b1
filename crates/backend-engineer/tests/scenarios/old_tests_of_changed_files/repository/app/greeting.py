GREETED = []


def greet(name):
    GREETED.append(name)
    return f"Hello, {name}!"

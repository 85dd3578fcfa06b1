from functools import wraps


def signed_in(function):
    @wraps(function)
    def inside(*args, **kwargs):
        return function(*args, **kwargs)

    return inside

from app.pair import two


def four():
    return two() + two()

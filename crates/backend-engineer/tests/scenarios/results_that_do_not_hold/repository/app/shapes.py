from app.colours import Colour


class Shape(Colour):
    pass

class Colour:
    pass

name = "x"


class Settings(Base):
    name: str = "x"

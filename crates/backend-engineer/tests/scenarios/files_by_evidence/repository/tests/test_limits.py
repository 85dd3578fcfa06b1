from app.config import name


def test_name():
    assert name == "x"

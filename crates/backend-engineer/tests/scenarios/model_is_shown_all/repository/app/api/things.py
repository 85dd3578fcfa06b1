"""Answers for things."""

from app.store import Store

store = Store()


def add_thing(name):
    return {"id": store.add(name)}

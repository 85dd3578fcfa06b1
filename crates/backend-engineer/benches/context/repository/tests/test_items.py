import pytest

from app import create_app
from app.store import store


@pytest.fixture
def client():
    store.clear()
    return create_app().test_client()


def test_health(client):
    assert client.get("/health").get_json() == {"status": "ok"}


def test_create_and_get(client):
    r = client.post("/items", json={"name": "a"})
    assert r.status_code == 201
    assert client.get("/items/1").get_json()["name"] == "a"

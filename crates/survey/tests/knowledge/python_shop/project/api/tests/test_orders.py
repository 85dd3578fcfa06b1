import pytest
from fastapi.testclient import TestClient

from app.main import app


@pytest.fixture
def client():
    return TestClient(app)


def test_an_order_needs_a_token(client):
    assert client.get("/orders/1").status_code == 401

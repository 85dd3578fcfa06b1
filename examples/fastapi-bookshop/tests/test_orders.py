"""Orders over HTTP."""

from fastapi.testclient import TestClient


def order(book_id: int, quantity: int) -> dict[str, object]:
    """An order of one title."""
    return {
        "customer_email": "reader@example.org",
        "lines": [{"book_id": book_id, "quantity": quantity}],
    }


def test_an_order_takes_books_off_the_stock(client: TestClient, book_id: int) -> None:
    placed = client.post("/orders", json=order(book_id, 3))
    assert placed.status_code == 201
    assert placed.json()["total_cents"] == 6000
    assert client.get(f"/books/{book_id}").json()["stock"] == 2
    assert client.get(f"/orders/{placed.json()['id']}").json() == placed.json()


def test_no_more_than_the_stock_is_sold(client: TestClient, book_id: int) -> None:
    refused = client.post("/orders", json=order(book_id, 6))
    assert refused.status_code == 409
    assert refused.json() == {"detail": "only 5 of book 1 are in stock"}
    assert client.get(f"/books/{book_id}").json()["stock"] == 5


def test_an_unknown_book_is_not_sold(client: TestClient) -> None:
    assert client.post("/orders", json=order(9, 1)).status_code == 404


def test_an_order_needs_an_address(client: TestClient, book_id: int) -> None:
    wrong = {**order(book_id, 1), "customer_email": "nobody"}
    assert client.post("/orders", json=wrong).status_code == 422

"""The catalogue over HTTP."""

import pytest
from fastapi.testclient import TestClient

HARBOURS = {"isbn": "9780000000019", "title": "Harbours", "price_cents": 1500, "stock": 2}


def test_a_book_is_added_and_read(client: TestClient) -> None:
    added = client.post("/books", json=HARBOURS)
    assert added.status_code == 201
    assert client.get(f"/books/{added.json()['id']}").json() == {"id": 1, **HARBOURS}


def test_an_isbn_stands_for_one_book(client: TestClient) -> None:
    client.post("/books", json=HARBOURS)
    again = client.post("/books", json=HARBOURS)
    assert again.status_code == 409
    assert again.json() == {"detail": "a book with ISBN 9780000000019 is already there"}


@pytest.mark.parametrize(
    "wrong", [{"isbn": "12"}, {"title": ""}, {"price_cents": -1}, {"stock": -1}]
)
def test_a_wrong_book_is_refused(client: TestClient, wrong: dict[str, object]) -> None:
    assert client.post("/books", json={**HARBOURS, **wrong}).status_code == 422


def test_an_unknown_book_is_not_found(client: TestClient) -> None:
    answer = client.get("/books/7")
    assert answer.status_code == 404
    assert answer.json() == {"detail": "book 7 does not exist"}


def test_the_catalogue_comes_in_pages(client: TestClient) -> None:
    for number, title in enumerate(["Cliffs", "Anchors", "Buoys"]):
        client.post("/books", json={**HARBOURS, "isbn": f"{number:013}", "title": title})
    page = client.get("/books", params={"limit": 2, "offset": 1}).json()
    assert [book["title"] for book in page] == ["Buoys", "Cliffs"]

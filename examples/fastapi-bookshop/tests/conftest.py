"""A fresh shop for every test."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from app.database import Database
from app.main import create_app
from app.models import Book


@pytest.fixture
def database() -> Iterator[Database]:
    """An empty database in memory."""
    engine = create_engine(
        "sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool
    )
    database = Database(engine)
    database.create_tables()
    yield database
    engine.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session on the test's database."""
    yield from database.session()


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    """A client of an app on the test's database."""
    with TestClient(create_app(database)) as client:
        yield client


@pytest.fixture
def book_id(client: TestClient) -> int:
    """A book at 20.00 of which five are in stock."""
    wanted = {"isbn": "9780000000002", "title": "Tides", "price_cents": 2000, "stock": 5}
    return int(client.post("/books", json=wanted).json()["id"])


@pytest.fixture
def book(session: Session) -> Book:
    """The same book, for tests below HTTP."""
    book = Book(isbn="9780000000002", title="Tides", price_cents=2000, stock=5)
    session.add(book)
    session.flush()
    return book

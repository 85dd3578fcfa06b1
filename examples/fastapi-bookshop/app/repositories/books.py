"""Rows of the catalogue."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Book


class BookRepository:
    """Reads and writes books."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, book: Book) -> Book:
        """Adds a book and gives it its identifier."""
        self._session.add(book)
        self._session.flush()
        return book

    def get(self, book_id: int) -> Book | None:
        """The book with this identifier."""
        return self._session.get(Book, book_id)

    def get_by_isbn(self, isbn: str) -> Book | None:
        """The book with this ISBN."""
        return self._session.scalar(select(Book).where(Book.isbn == isbn))

    def list(self, limit: int, offset: int) -> Sequence[Book]:
        """A page of the catalogue, by title."""
        query = select(Book).order_by(Book.title, Book.id).limit(limit).offset(offset)
        return self._session.scalars(query).all()

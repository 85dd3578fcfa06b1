"""Decisions about the catalogue."""

from collections.abc import Sequence

from app.errors import ConflictError, NotFoundError
from app.models import Book
from app.repositories.books import BookRepository
from app.schemas.book import BookCreate


class BookService:
    """Keeps the catalogue."""

    def __init__(self, books: BookRepository) -> None:
        self._books = books

    def add(self, wanted: BookCreate) -> Book:
        """Adds a book; an ISBN stands for one book only."""
        if self._books.get_by_isbn(wanted.isbn) is not None:
            raise ConflictError(f"a book with ISBN {wanted.isbn} is already there")
        return self._books.add(Book(**wanted.model_dump()))

    def get(self, book_id: int) -> Book:
        """The book, or a refusal."""
        book = self._books.get(book_id)
        if book is None:
            raise NotFoundError("book", book_id)
        return book

    def list(self, limit: int, offset: int) -> Sequence[Book]:
        """A page of the catalogue."""
        return self._books.list(limit, offset)

"""The catalogue over HTTP."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, status

from app.dependencies import BookServiceDependency
from app.models import Book
from app.schemas.book import BookCreate, BookRead

router = APIRouter(prefix="/books", tags=["books"])


@router.post("", response_model=BookRead, status_code=status.HTTP_201_CREATED)
def add_book(wanted: BookCreate, books: BookServiceDependency) -> Book:
    """Adds a book to the catalogue."""
    return books.add(wanted)


@router.get("", response_model=list[BookRead])
def list_books(
    books: BookServiceDependency,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Sequence[Book]:
    """A page of the catalogue."""
    return books.list(limit, offset)


@router.get("/{book_id}", response_model=BookRead)
def get_book(book_id: int, books: BookServiceDependency) -> Book:
    """One book."""
    return books.get(book_id)

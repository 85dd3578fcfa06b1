"""What routers ask for: a session, and the services built on it."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from app.database import Database
from app.repositories.books import BookRepository
from app.repositories.orders import OrderRepository
from app.services.books import BookService
from app.services.orders import OrderService


def get_session(request: Request) -> Iterator[Session]:
    """The session of this request."""
    database: Database = request.app.state.database
    yield from database.session()


# Ends with the function, so that a commit that fails is answered as a failure.
SessionDependency = Annotated[Session, Depends(get_session, scope="function")]


def get_book_service(session: SessionDependency) -> BookService:
    """The catalogue."""
    return BookService(BookRepository(session))


def get_order_service(session: SessionDependency) -> OrderService:
    """The orders."""
    return OrderService(OrderRepository(session), BookRepository(session))


BookServiceDependency = Annotated[BookService, Depends(get_book_service)]
OrderServiceDependency = Annotated[OrderService, Depends(get_order_service)]

"""The tables."""

from app.models.base import Base
from app.models.book import Book
from app.models.order import Order, OrderLine

__all__ = ["Base", "Book", "Order", "OrderLine"]

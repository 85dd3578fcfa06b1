"""Decisions about orders."""

from app.errors import ConflictError, NotFoundError
from app.models import Order, OrderLine
from app.repositories.books import BookRepository
from app.repositories.orders import OrderRepository
from app.schemas.order import OrderCreate, OrderLineCreate


class OrderService:
    """Takes orders against the stock."""

    def __init__(self, orders: OrderRepository, books: BookRepository) -> None:
        self._orders = orders
        self._books = books

    def place(self, wanted: OrderCreate) -> Order:
        """Places an order and takes its books off the stock."""
        order = Order(customer_email=wanted.customer_email)
        order.lines = [self._take(line) for line in wanted.lines]
        return self._orders.add(order)

    def get(self, order_id: int) -> Order:
        """The order, or a refusal."""
        order = self._orders.get(order_id)
        if order is None:
            raise NotFoundError("order", order_id)
        return order

    def _take(self, line: OrderLineCreate) -> OrderLine:
        book = self._books.get(line.book_id)
        if book is None:
            raise NotFoundError("book", line.book_id)
        if book.stock < line.quantity:
            raise ConflictError(f"only {book.stock} of book {book.id} are in stock")
        book.stock -= line.quantity
        return OrderLine(book_id=book.id, quantity=line.quantity, unit_price_cents=book.price_cents)

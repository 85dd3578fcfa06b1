"""Rows of orders."""

from sqlalchemy.orm import Session

from app.models import Order


class OrderRepository:
    """Reads and writes orders."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, order: Order) -> Order:
        """Adds an order with its lines and gives it its identifier."""
        self._session.add(order)
        self._session.flush()
        return order

    def get(self, order_id: int) -> Order | None:
        """The order with this identifier."""
        return self._session.get(Order, order_id)

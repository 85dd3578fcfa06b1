import logging

from app.errors import NotFound
from app.repositories.order_repository import OrderRepository
from app.repositories.user_repository import UserRepository

logger = logging.getLogger(__name__)
LIMIT = 20


class OrderService:
    def __init__(self, orders: OrderRepository, users: UserRepository) -> None:
        self.orders = orders
        self.users = users

    def one(self, session, number: int):
        for order in self.orders.all(session):
            if order.id == number:
                return order
        raise NotFound(f"order {number}")

    def owner(self, session, number: int):
        if not self.users.owners(session):
            raise NotFound("no owners")
        return self.one(session, number).owner

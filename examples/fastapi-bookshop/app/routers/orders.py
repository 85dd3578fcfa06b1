"""Orders over HTTP."""

from fastapi import APIRouter, status

from app.dependencies import OrderServiceDependency
from app.models import Order
from app.schemas.order import OrderCreate, OrderRead

router = APIRouter(prefix="/orders", tags=["orders"])


@router.post("", response_model=OrderRead, status_code=status.HTTP_201_CREATED)
def place_order(wanted: OrderCreate, orders: OrderServiceDependency) -> Order:
    """Places an order."""
    return orders.place(wanted)


@router.get("/{order_id}", response_model=OrderRead)
def get_order(order_id: int, orders: OrderServiceDependency) -> Order:
    """One order."""
    return orders.get(order_id)

"""Orders as JSON."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class OrderLineCreate(BaseModel):
    """A title to order."""

    book_id: int
    quantity: int = Field(ge=1, le=100)


class OrderCreate(BaseModel):
    """An order to place."""

    customer_email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)
    lines: list[OrderLineCreate] = Field(min_length=1)


class OrderLineRead(BaseModel):
    """A title of an order."""

    model_config = ConfigDict(from_attributes=True)

    book_id: int
    quantity: int
    unit_price_cents: int


class OrderRead(BaseModel):
    """An order that was placed."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    customer_email: str
    created_at: datetime
    lines: list[OrderLineRead]
    total_cents: int

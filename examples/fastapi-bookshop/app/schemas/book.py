"""Books as JSON."""

from pydantic import BaseModel, ConfigDict, Field


class BookCreate(BaseModel):
    """A book to add to the catalogue."""

    isbn: str = Field(pattern=r"^\d{13}$")
    title: str = Field(min_length=1, max_length=200)
    price_cents: int = Field(ge=0)
    stock: int = Field(default=0, ge=0)


class BookRead(BaseModel):
    """A book of the catalogue."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    isbn: str
    title: str
    price_cents: int
    stock: int

"""Prices of the shop."""

from decimal import Decimal


class PriceList:
    def __init__(self) -> None:
        self._prices: dict[str, Decimal] = {}

    def set(self, sku: str, price: Decimal) -> None:
        self._prices[sku] = price

    def price(self, sku: str) -> Decimal:
        return self._prices[sku]

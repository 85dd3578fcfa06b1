from dataclasses import dataclass, field


@dataclass
class Job:
    id: str


@dataclass
class Answer:
    ok: bool


def total_of(order):
    amount = order["amount"]
    return amount

import strawberry
from strawberry.permission import BasePermission
from strawberry.tools import merge_types

from .books import BookMutation, BookQuery


class SignedIn(BasePermission): ...


def current_user() -> "User": ...


@strawberry.type
class User:
    name: str

    @strawberry.field
    def never_listed(self) -> str: ...


@strawberry.type
class UserQuery:
    me: User = strawberry.field(resolver=current_user, permission_classes=[SignedIn])

    def helper(self): ...


@strawberry.type
class Query(BookQuery, UserQuery):
    @strawberry.field(name="ping")
    def is_alive(self) -> bool: ...


Mutation = merge_types("Mutation", (BookMutation,))

schema = strawberry.Schema(query=Query, mutation=Mutation)

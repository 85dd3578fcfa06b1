import strawberry


@strawberry.type
class BookQuery:
    @strawberry.field
    async def books_by_author(self, author: str) -> list[str]: ...


@strawberry.type
class BookMutation:
    @strawberry.mutation
    def add_book(self, title: str) -> str: ...

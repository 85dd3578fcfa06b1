import graphene
from graphene_django import DjangoObjectType

from .books import CreateBook


class BookQuery(graphene.ObjectType):
    all_books = graphene.List(graphene.String, limit=graphene.Int())

    def resolve_all_books(self, info, limit=None): ...


class Query(BookQuery, graphene.ObjectType):
    book = graphene.Field(graphene.String, name="oneBook")


class Mutation(graphene.ObjectType):
    create_book = CreateBook.Field()


schema = graphene.Schema(query=Query, mutation=Mutation)

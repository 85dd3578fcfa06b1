import graphene


class CreateBook(graphene.Mutation):
    class Arguments:
        title = graphene.String(required=True)

    ok = graphene.Boolean()

    def mutate(self, info, title): ...

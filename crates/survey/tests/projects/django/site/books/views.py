from django.views.decorators.http import require_GET
from rest_framework.decorators import action
from rest_framework.viewsets import ReadOnlyModelViewSet


class BookViewSet(ReadOnlyModelViewSet):
    lookup_field = "slug"

    @action(detail=True, methods=["post"])
    def lend(self, request, slug):
        return None


@require_GET
def about(request):
    return None

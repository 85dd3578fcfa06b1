from django.http import HttpResponse
from django.views import View
from django.views.decorators.http import require_http_methods
from django.views.generic import CreateView, TemplateView
from rest_framework import generics, mixins, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAdminUser, IsAuthenticated
from rest_framework.routers import APIRootView
from rest_framework.views import APIView

from .models import Loan
from .registry import register


class Root(APIRootView): ...


class LoanViewSet(viewsets.ModelViewSet):
    permission_classes = [IsAuthenticated]
    lookup_field = "code"

    @action(detail=True, methods=["post"], url_path="give-back")
    def give_back(self, request, code): ...

    @action(detail=False)
    def overdue(self, request): ...

    @overdue.mapping.delete
    def forget_overdue(self, request): ...

    def destroy_all(self, request): ...


class ReaderViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    http_method_names = ["get"]


@require_http_methods(["GET", "HEAD"])
def health(request): ...


class Reports(APIView):
    permission_classes = (IsAdminUser,)

    def get(self, request): ...

    def post(self, request): ...


class ShelfList(generics.ListCreateAPIView): ...


class Archive(TemplateView): ...


class NewLoan(CreateView): ...


@register(Loan, path="")
class Loans(View):
    def get(self, request): ...


@register(Loan, "export")
class LoanExport(View):
    def post(self, request): ...

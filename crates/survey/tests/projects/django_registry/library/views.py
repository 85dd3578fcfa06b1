from django.views.generic import DetailView, ListView, TemplateView

from library.models import Book, Shelf
from registry.pages import page


@page(Book, "list", route="", single=False)
class BookList(ListView):
    model = Book


@page(Book)
class BookPage(DetailView):
    model = Book


@page(Shelf, "label", route="print-label")
class ShelfLabel(DetailView):
    model = Shelf


class HistoryView(TemplateView):
    template_name = "history.html"

from django.urls import include, path

from library import views
from registry.pages import pages_of

urlpatterns = [
    path("books/", include(pages_of("library", "book", single=False))),
    path("books/<int:pk>/", include(pages_of("library", "book"))),
    path("shelves/<int:pk>/", include(pages_of("library", "shelf"))),
    path("authors/", include(pages_of("library", "author"))),
]

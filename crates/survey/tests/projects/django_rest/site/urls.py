from django.contrib.auth.decorators import login_required
from django.urls import include, path, re_path
from django.views.generic import CreateView, TemplateView

from library import views
from library.registry import urls_of
from library.routers import BulkRouter

router = BulkRouter()
router.APIRootView = views.Root
router.register("loans", views.LoanViewSet)
router.register(r"readers", views.ReaderViewSet, basename="reader")

urlpatterns = [
    path("api/", include(router.urls)),
    path("health/", views.health),
    path("reports/", views.Reports.as_view()),
    path("shelves/", views.ShelfList.as_view()),
    re_path(r"^archive/(?P<year>[0-9]{4})/$", login_required(views.Archive.as_view())),
    path("loans/new/", views.NewLoan.as_view()),
    path("loans/", include(urls_of("library", "loan"))),
    path("plug/", include("plug.urls")),
]

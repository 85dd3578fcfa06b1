from django.urls import include, path

urlpatterns = [path("library/", include("library.urls"))]

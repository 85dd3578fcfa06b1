from django.urls import path, re_path

from .views import about

urlpatterns = [path("about/", about), re_path(r"^old/(?P<year>[0-9]{4})/$", about)]

from django.db import models

from registry.pages import Tracked


class Base(Tracked, models.Model):
    class Meta:
        abstract = True


class Book(Base):
    title = models.CharField(max_length=80)


class Shelf(models.Model):
    name = models.CharField(max_length=80)

from django.db import models


class Stamped(models.Model):
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class Book(Stamped):
    title = models.CharField(max_length=80)
    author = models.ForeignKey("Author", null=True, on_delete=models.CASCADE)

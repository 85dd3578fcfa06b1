from django.db import models


class Loan(models.Model):
    reader = models.ForeignKey("Reader", on_delete=models.CASCADE, null=True)
    due = models.DateField()

    class Meta:
        db_table = "loans"


class Reader(models.Model):
    email = models.EmailField(unique=True)

from app.tables.base import Table


class ServiceTable(Table):
    columns = ("name", "price")

class Table:
    columns = ()

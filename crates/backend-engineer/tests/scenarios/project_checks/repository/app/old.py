OLD = 1  # TODO

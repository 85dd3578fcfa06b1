FIRST = True

def limit():
    return 10

def check(name):
    print("fine")

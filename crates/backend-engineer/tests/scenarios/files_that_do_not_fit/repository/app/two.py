def run():
    return 1


class B:
    def run(self):
        return 2

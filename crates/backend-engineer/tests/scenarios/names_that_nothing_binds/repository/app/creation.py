def create(task):
    return task()

def plan(question):
    return question

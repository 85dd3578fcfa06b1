def origins():
    return ["*"]

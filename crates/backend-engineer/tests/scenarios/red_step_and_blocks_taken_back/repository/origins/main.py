def origins():
    return ['*']

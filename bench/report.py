def write(bench, work):
    pass

from fastapi import FastAPI


def session_scope(path):
    return connect(path)

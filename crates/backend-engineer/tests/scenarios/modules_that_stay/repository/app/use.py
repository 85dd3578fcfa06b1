from app.old import OLD

VALUE = OLD

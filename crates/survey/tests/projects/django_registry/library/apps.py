from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "library"

    def ready(self):
        from registry.pages import add_history

        add_history(*self.get_models())

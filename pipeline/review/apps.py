from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "pipeline.review"
    label = "review"

    def ready(self) -> None:
        from pipeline.review import trail

        trail.connect()

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "pipeline.review"
    label = "review"

    def ready(self) -> None:
        from pipeline.review import (
            sessions,  # noqa: F401  # listens to logins
            trail,
        )

        trail.connect()

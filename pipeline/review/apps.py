from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "pipeline.review"
    label = "review"

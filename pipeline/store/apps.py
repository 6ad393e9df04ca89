from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "pipeline.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Calmdesk"

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class StoreConfig(AppConfig):
    name = "pipeline.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Calmdesk"

    def ready(self) -> None:
        from pipeline.store.audit_guard import guard_after_migration

        post_migrate.connect(guard_after_migration, sender=self)

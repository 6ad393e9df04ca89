"""The page and the worker of one installation, together or alone."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from waitress.server import create_server

from pipeline.config import Config
from pipeline.errors import CalmdeskError, ConfigError

if TYPE_CHECKING:
    from pipeline.engine.local import Job


class PageServer:
    """The approval page on its own threads, until `stop`."""

    def __init__(self, host: str, port: int, proxy: str = "") -> None:
        """``proxy`` is the address of a web server in front, whose word on who asks is believed."""
        from django.core.wsgi import get_wsgi_application

        try:
            server: Any = create_server(
                get_wsgi_application(), host=host, port=port, threads=8, ident=None, **_believing(proxy)
            )
        except OSError as error:
            raise CalmdeskError(
                f"page.host {host}, page.port {port}: {error.strerror}", remedy="stop what uses it or name another port"
            ) from None
        self._server = server
        self.port: int = server.effective_port
        self._thread = threading.Thread(target=self._server.run, name="page", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.close()
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=5)


def _believing(proxy: str) -> dict[str, Any]:
    if not proxy:
        return {"clear_untrusted_proxy_headers": True}
    return {
        "trusted_proxy": proxy,
        "trusted_proxy_headers": {"x-forwarded-for"},
        "clear_untrusted_proxy_headers": True,
    }


@contextmanager
def until_interrupted() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set, so that everything is stopped in order."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run(config: Config, only: str | None = None, jobs: Iterable[Job] = ()) -> None:
    """Serve until interrupted: the worker, the page, or both. Django must be active, the database migrated.

    ``jobs`` run beside the worker.
    """
    with until_interrupted() as stop, ExitStack() as started:
        if only != "page":
            from pipeline.engine.desk import Desk
            from pipeline.engine.local import LocalWorker
            from pipeline.store.services import noted

            if not config.mailboxes:
                raise ConfigError(
                    f"{config.folder / 'mailboxes.yaml'}: no mailbox", remedy="add one; `calmdesk doctor` checks it"
                )
            # The servers are tried before the model is loaded: a wrong password is told at once.
            worker = LocalWorker(config, jobs)
            worker.check()
            started.callback(worker.stop)
            worker.start(Desk.load(config, noted))
        if only != "worker":
            page = PageServer(config.calmdesk.page.host, config.calmdesk.page.port, config.calmdesk.page.proxy)
            started.callback(page.stop)
            page.start()
        stop.wait()

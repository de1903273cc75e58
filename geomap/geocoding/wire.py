"""The last step before the socket: stand-ins become secrets, and nothing above ever sees them."""

from __future__ import annotations

from typing import Any

from geopy.adapters import RequestsHTTPWithSSLContextAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from geomap.geocoding.vault import Vault


class Wire(RequestsHTTPWithSSLContextAdapter):  # type: ignore[misc]
    """A requests transport whose connections fill in the secrets as they write.

    urllib3 logs and raises with the target that its pool was given; the pool only knows the stand-ins.
    """

    def __init__(self, vault: Vault, *, ssl_context: Any = None) -> None:
        self._pools = _pools(vault)
        super().__init__(ssl_context=ssl_context, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> Any:
        """Make the pools of direct connections."""
        made = super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools
        return made

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Make the pools of connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _pools(vault: Vault) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
            super().putrequest(method, vault.reveal_target(url), *args, **kwargs)

        def putheader(self, header: Any, *values: Any) -> None:
            super().putheader(header, *(vault.reveal(v) if isinstance(v, str) else v for v in values))

    class Secure(HTTPSConnection):
        def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
            super().putrequest(method, vault.reveal_target(url), *args, **kwargs)

        def putheader(self, header: Any, *values: Any) -> None:
            super().putheader(header, *(vault.reveal(v) if isinstance(v, str) else v for v in values))

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}

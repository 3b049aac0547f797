"""The document cache, over the embedded Valkey and Redis."""

import pytest

from gateway.settings import Shared
from gateway.storage.redis_document_cache import RedisDocumentCache
from gateway.storage.shared_store import open_shared
from gateway.upstream.shared import CachedDocument


def a_document(size=1000, **changes) -> CachedDocument:
    """A document of that size."""
    return CachedDocument(**({"body": b"x" * size, "fetched_at": 1_800_000_000.25} | changes))


@pytest.fixture
def cache(shared):
    """The cache of one process, with room for three of `a_document`."""
    return RedisDocumentCache(shared.client, max_bytes=3300)


@pytest.mark.parametrize(
    "document",
    [a_document(), a_document(body=b"\x00\xff{}", next_position="2", etag='W/"a"'), a_document(0)],
    ids=["plain", "whole", "empty"],
)
async def test_a_document_comes_back_as_it_was_put(cache, document):
    """Body, position, etag and time."""
    await cache.put("key", document, 60)
    assert document == await cache.get("key")


async def test_what_was_never_put_is_none(cache):
    """There is no such document."""
    assert await cache.get("key") is None


async def test_it_is_kept_as_long_as_said(shared, cache):
    """And not at all for 0 seconds."""
    await cache.put("key", a_document(), 60)
    await cache.put("never", a_document(), 0)
    assert 59_000 < await shared.client.pttl("document:key") <= 60_000
    assert await cache.get("never") is None


async def test_beyond_its_bound_what_expires_soonest_goes(cache):
    """The cache never holds more bytes than it may, so the store's other keys are safe."""
    for key, keep_s in (("long", 90), ("short", 30), ("middle", 60), ("new", 50)):
        await cache.put(key, a_document(), keep_s)
    kept = {key: await cache.get(key) is not None for key in ("long", "short", "middle", "new")}
    assert {"long": True, "short": False, "middle": True, "new": True} == kept


async def test_putting_again_replaces(shared, cache):
    """The same key counts once."""
    for _ in range(10):
        await cache.put("key", a_document(), 60)
    await cache.put("other", a_document(), 60)
    assert await cache.get("key") is not None
    assert 2000 < int(await shared.client.get("document-total")) < 3000


async def test_a_document_beyond_the_bound_is_not_kept(cache):
    """And takes nothing else away; what stood under its key is outdated, and goes."""
    await cache.put("small", a_document(), 60)
    await cache.put("big", a_document(), 60)
    await cache.put("big", a_document(5000), 60)
    assert (True, False) == (await cache.get("small") is not None, await cache.get("big") is not None)


async def test_another_versions_document_is_none(shared, cache):
    """What cannot be read is fetched anew."""
    await shared.client.set("document:key", b"\x93not ours")
    assert await cache.get("key") is None


async def test_a_store_that_is_down_is_a_cache_that_is_empty():
    """Fails open: nothing is there, and nothing is raised."""
    store = await open_shared(Shared(url="unix:///nonexistent/valkey.sock", timeout_s=0.2))
    cache = RedisDocumentCache(store.client)
    await cache.put("key", a_document(), 60)
    assert await cache.get("key") is None
    await store.close()

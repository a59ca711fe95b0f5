import gc
from sqlalchemy.event import registry
from tests.integration.notifier.conftest import Firm
async def test_leak(notifier):
    async with notifier() as it:
        for i in range(300):
            f=Firm(); await it.consumer.receive([it.event(f.registered())])
            if i%100==0: gc.collect(); print(len(registry._key_to_collection), len(registry._collection_to_key))

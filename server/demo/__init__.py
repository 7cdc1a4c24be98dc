"""The demo: a believable made-up provider, lived through the same door as everything else.

`tidemark demo` makes it, `serve` tops it up to now. `people`, `plans`, `rhythm`, `shifts`, `checks` and `responses` say
what its people do, from the seed alone; `generator` lives it; `tablets` stamps and sends it.
"""

from server.demo.making import top_up

__all__ = ["top_up"]

"""A deterministic simulator: the production server and rules, under a clock and a network that a seed decides.

    python -m tests.sim --seed 4711        # one schedule again, told step by step
    make sim                               # ten thousand of them, and a table

`installation.py` is the server, `tablet.py` a tablet written from protocol.md, `network.py` what lies between them,
`book.py` what was ever saved, `world.py` what may happen, `checks.py` what must be true at the end, `schedule.py` a seed's choice.
"""

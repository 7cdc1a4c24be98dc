"""The real app in real Chromium against the real server, through a network that fails: a seed decides how.

    make chaos                              # at least ten thousand entries over a thousand fault runs; prints figures
    python -m tests.chaos --runs 5 --seed 7
"""

"""The core: account state → evidence → decision. Pure: no clock, no disk, no network.

Read in this order: ``channels`` (what is looked at, and what each channel misses), ``state`` (the
arrays), ``windows``, ``volume``, ``pages``, ``place``, ``hours`` (one channel family a file),
``house`` (facts across accounts), ``tails`` and ``apart`` (what is usual), ``weigh`` (evidence → doubt → answer),
``kernel`` (the loop), ``judge`` (the object the pipeline holds), ``reasons`` (the answer in words).
"""

"""The only place that knows several stages; one file a journey, read top to bottom like the data's way.

``door`` (words to numbers and pseudonyms), ``duplicates``, ``setting`` (care and prices put in
place), ``course`` (batch → decisions → ledger), ``live`` (the line protocol), ``watching`` (files),
``replay`` (history), ``outputs`` and ``report`` (what a person opens).
"""

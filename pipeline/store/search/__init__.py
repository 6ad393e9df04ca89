"""Full-text search over tickets: one document a ticket, in an index of the database's own.

    words.py   what a word is, the same for both databases
    query.py   what a person types, as terms and filters
    index.py   keeping the documents; called in the transaction that changes what was written
    finding.py finding tickets
    snippet.py the words found, in their place

Results are ordered by relevance within windows of the newest `WINDOW` matches (docs/adr/0020).
"""

from __future__ import annotations

from pipeline.store.search.finding import Found, Hit, find
from pipeline.store.search.index import index, rebuild
from pipeline.store.search.query import Query, read

__all__ = ["Found", "Hit", "Query", "find", "index", "read", "rebuild"]

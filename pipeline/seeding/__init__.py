"""A desk full of invented tickets, to see how the pages behave when there are very many.

phrases.py what customers and agents write: sentences with slots, firms and people that do not exist
cases.py   one conversation after another, the same ones each time
tables.py  rows as the database takes them fastest
seed.py    filling an installation
"""

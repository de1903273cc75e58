"""Adapters: each reads one kind of file and yields its places, one at a time, as the rows of a gazetteer.

``_formats`` says which file is read by which; ``_records`` is what they yield. GeoNames' own tables, which may hold thirteen
million places, go another way: ``_geonames`` opens them, and the importer of that name reads their lines.
"""

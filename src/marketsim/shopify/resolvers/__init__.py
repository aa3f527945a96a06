"""How each field of the schema is read or written, by area; `schema` puts them together.

A field without a resolver here is the record's attribute of the same name in snake case.
"""

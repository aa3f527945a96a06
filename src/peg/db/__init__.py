"""The database: engine, transactions, column types. SQLite in one file, or PostgreSQL."""

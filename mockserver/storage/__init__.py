"""A cloud's records in SQL: the tables, and the statements that every noun needs."""

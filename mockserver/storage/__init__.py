"""Records of a cloud in SQL. The only package that imports SQLAlchemy."""

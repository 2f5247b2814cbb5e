"""Images as a file declares them: read, compared with what is stored, and made so."""

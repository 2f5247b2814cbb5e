"""One verb on images each."""

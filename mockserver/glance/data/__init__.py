"""The bytes of images: uploads, downloads, formats, stores and the cache."""

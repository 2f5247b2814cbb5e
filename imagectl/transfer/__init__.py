"""The bytes of images on their way up and down, hashed and held to their size."""

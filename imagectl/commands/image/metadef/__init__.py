"""Commands on metadata definitions, which describe properties of images and others."""

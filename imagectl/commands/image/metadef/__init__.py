"""Commands on metadata definitions: what the properties of images and others mean."""

"""The pages: a folder each, with its routes and its templates."""

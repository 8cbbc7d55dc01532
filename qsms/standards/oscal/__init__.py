"""OSCAL catalogs: one set of dataclasses, with JSON, XML and YAML by one description of the fields."""

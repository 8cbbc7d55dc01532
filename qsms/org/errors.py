"""How the organisation's services say no."""


class OrgError(ValueError):
    """A change of people, roles or places that cannot be made. The text says why and how to mend it."""

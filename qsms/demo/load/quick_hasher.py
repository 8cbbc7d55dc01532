"""A hasher for the minutes of the load only: nothing that it encoded is kept."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """One round. The accounts get the real password of the demonstration before the load is done."""

    algorithm = "qsms_demo_load"
    iterations = 1

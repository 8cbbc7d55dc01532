"""OpenQSMS: safety, quality and environmental management in one system."""

__version__ = "0.1.0"

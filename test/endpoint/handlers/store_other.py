"""The functions store and store_other are the same, by two names."""

from store import lambda_handler  # noqa: F401

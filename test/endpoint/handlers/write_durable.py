"""The same as write_fault, as a durable function."""

from write_fault import lambda_handler  # noqa: F401

DURABLE = True

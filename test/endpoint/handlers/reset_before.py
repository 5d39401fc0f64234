"""Resets the connection instead of answering."""

from endpoint import Takeover


def lambda_handler(event, context):
    return Takeover(lambda exchange: exchange.reset())

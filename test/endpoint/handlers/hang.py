"""Never answers; ends when the client goes away."""

from endpoint import Takeover


def lambda_handler(event, context):
    return Takeover(lambda exchange: exchange.wait_until_gone())

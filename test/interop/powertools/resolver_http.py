"""Powertools for AWS Lambda (Python): an HTTP API's events, version 2.0."""

from _stock import add_routes
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

app = APIGatewayHttpResolver()
add_routes(app, NotFoundError)


def lambda_handler(event, context):
    return app.resolve(event, context)

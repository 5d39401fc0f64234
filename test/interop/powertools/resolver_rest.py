"""Powertools for AWS Lambda (Python): a REST API's events, version 1.0."""

from _stock import add_routes
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

app = APIGatewayRestResolver()
add_routes(app, NotFoundError)


def lambda_handler(event, context):
    return app.resolve(event, context)

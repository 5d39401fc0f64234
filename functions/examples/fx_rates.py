"""Exchange rates on a day: an object whose members are the currencies."""

EUR = {"USD": 1.0842, "GBP": 0.8531, "NOK": 11.4275, "JPY": 169.23, "CHF": 0.9712}


def lambda_handler(event, context):
    base = event.get("base", "EUR")
    rates = {"EUR": 1.0, **EUR}
    if base not in rates:
        return {"statusCode": 404, "body": '{"message": "unknown currency"}'}
    return {"amount": 1.0, "base": base, "date": event.get("date", "2026-06-01"),
            "rates": {currency: round(rate / rates[base], 4)
                      for currency, rate in rates.items() if currency != base}}

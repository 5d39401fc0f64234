"""The function of the RDS user guide's examples: tells what it was given."""


def lambda_handler(event, context):
    answer = {"received": event}
    if context.client_context:
        answer["context"] = {"custom": context.client_context.custom}
    print("my-function was invoked")
    return answer

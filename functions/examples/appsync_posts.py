"""AppSync's direct Lambda resolver for Query.post and Query.postsByAuthor."""

POSTS = [
    {"id": "p1", "author": "ann", "title": "Hello", "ups": 5, "tags": ["intro"]},
    {"id": "p2", "author": "bob", "title": "Indexes", "ups": 12, "tags": ["sql", "btree"]},
    {"id": "p3", "author": "ann", "title": "Joins", "ups": 8, "tags": ["sql"]},
]


def handler(event, context):
    field = event["info"]["fieldName"]
    arguments = event["arguments"]
    if field == "post":
        return next((p for p in POSTS if p["id"] == arguments["id"]), None)
    if field == "postsByAuthor":
        return [p for p in POSTS if p["author"] == arguments["author"]]
    raise Exception("Unknown field, unable to resolve " + field)

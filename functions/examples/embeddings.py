"""Embeddings as OpenAI's API answers: each says by its index which input it is
of, and they come as they are ready."""

import hashlib


def embed(text):
    digest = hashlib.sha256(text.lower().encode()).digest()
    return [round(byte / 255, 4) for byte in digest[:4]]


def lambda_handler(event, context):
    data = [{"object": "embedding", "index": index, "embedding": embed(text)}
            for index, text in enumerate(event["input"])]
    data.sort(key=lambda item: item["embedding"])
    return {"object": "list", "data": data, "model": event.get("model", "tiny"),
            "usage": {"total_tokens": sum(map(len, event["input"]))}}

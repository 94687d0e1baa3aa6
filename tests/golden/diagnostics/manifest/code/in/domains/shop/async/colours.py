async def transform(inputs, interval):
    return {}

def transform(inputs):
    return {}

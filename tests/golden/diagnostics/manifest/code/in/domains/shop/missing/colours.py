def transform(inputs, interval):
    return {}

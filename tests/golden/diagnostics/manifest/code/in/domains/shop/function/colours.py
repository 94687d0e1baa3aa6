import pyarrow


def transfrom(inputs, interval):
    return {}

def transform(inputs, interval):
    return {"colours": inputs["photos"]

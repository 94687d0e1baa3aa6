"""Find what is due: which intervals does a product need, of which inputs, and with what SQL?"""

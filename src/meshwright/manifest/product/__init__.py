"""Product: from one product's document to the product, every default filled in, every origin known."""

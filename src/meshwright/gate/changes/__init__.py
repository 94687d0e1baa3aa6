"""Changes: what is different between a mesh that runs and a proposed one?"""

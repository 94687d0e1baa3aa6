"""Understand a folder: what do the files of a mesh come to, as a graph, and what of it is known from before?"""

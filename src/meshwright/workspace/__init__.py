"""Stand somewhere: where are the things of a mesh, who is trusted here, what runs, and what is proposed?"""

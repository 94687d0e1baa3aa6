SELECT work, owner FROM deeds

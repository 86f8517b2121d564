"""Train the model that judges pairs in the grey zone: `make model`.

It learns from FEBRL's dataset 3, encoded as the demo encodes people, on nothing but the features that a linkage unit
sees. Everything is drawn from fixed seeds, and the loss is convex, so that training again gives the same model.
"""

"""The edge's contact with the disk, the network and the compiled data plane."""

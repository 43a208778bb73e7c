"""From OpenStreetMap to travel times: the road graph, its metrics, matrices and paths."""

"""The data: what is on the map, where it comes from, how it is kept, what may leave."""

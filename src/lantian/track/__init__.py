"""What a van measured on its way: points, and the road segments that they lie on."""

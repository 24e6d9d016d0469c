"""What stands above the ground: backscatter over height, the boundary layer, a drone's flight."""

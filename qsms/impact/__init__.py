"""What a change touches, both ways, and asking those who own it whether it still fits."""

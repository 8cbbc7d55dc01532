"""Standards and regulations as data: frameworks, the crosswalk between them, and what they ask of whom."""

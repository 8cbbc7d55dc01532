"""The kit that puts things on paper: PDF from data, in one look."""

"""Pages of this room: rating a risk, taking it, adding controls, keeping matrices."""

"""What leaves the room of standards: statements of compliance, trace packs, declarations."""

"""What scripts/benchmark measures, and what that takes."""

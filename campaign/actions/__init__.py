"""What people come to: when, where, why, the agenda and how to get there."""

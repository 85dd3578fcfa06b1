//! The tools on a desk of their own.

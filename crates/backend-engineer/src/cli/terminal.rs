//! Stub of terminal.

//! Finds a block of lines in a text: exact first, then tier by tier with one kind of drift forgiven.

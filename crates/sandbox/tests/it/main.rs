//! Commands behind every wall that this machine has.

#[cfg(test)]
mod bench;

mod basics;

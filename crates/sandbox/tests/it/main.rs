//! Commands behind every backend that this machine has.

#[cfg(test)]
mod required;

#[cfg(test)]
mod bench;

#[cfg(test)]
mod basics;

#[cfg(test)]
mod copies;

#[cfg(test)]
mod effects;

#[cfg(test)]
mod secrets;

#[cfg(test)]
mod network;

#[cfg(test)]
mod processes;

#[cfg(test)]
mod limits;

#[cfg(test)]
mod programs;

#[cfg(test)]
mod others;

#[cfg(test)]
mod git;

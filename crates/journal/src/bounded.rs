//! The beginning and the end of what is too long to be kept whole.

use std::collections::VecDeque;
use std::io::{self, Cursor, Read};

/// Reads the first and the last bytes of another reader, with a line between that says how many
/// were left out.
///
/// `12345678` bounded to 2 at each end reads as `12`, the line, `78`.
pub(crate) struct Bounded<R> {
    inner: R,
    /// Bytes of the beginning that are still to come.
    head: usize,
    /// Bytes of the end that are kept.
    end: usize,
    /// The line and the end, once the beginning is through.
    rest: Option<Cursor<Vec<u8>>>,
}

impl<R: Read> Bounded<R> {
    /// Bounds a reader to so many bytes at its beginning and at its end.
    pub(crate) fn new(inner: R, each: usize) -> Self {
        Bounded {
            inner,
            head: each,
            end: each,
            rest: None,
        }
    }

    /// Reads the rest, and keeps its end.
    fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut last: VecDeque<u8> = VecDeque::new();
        let mut left_out = 0;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = match self.inner.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            last.extend(&buffer[..read]);
            let over = last.len().saturating_sub(self.end);
            left_out += over;
            last.drain(..over);
        }
        let line = if left_out > 0 {
            format!("\n… {left_out} bytes left out …\n")
        } else {
            String::new()
        };
        Ok(line.into_bytes().into_iter().chain(last).collect())
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.head > 0 && !buffer.is_empty() {
            let wanted = self.head.min(buffer.len());
            let read = self.inner.read(&mut buffer[..wanted])?;
            self.head -= read;
            if read > 0 {
                return Ok(read);
            }
            self.head = 0;
        }
        if self.rest.is_none() {
            self.rest = Some(Cursor::new(self.rest()?));
        }
        self.rest.as_mut().map_or(Ok(0), |rest| rest.read(buffer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_middle_of_what_is_too_long_is_left_out() {
        for (text, each, expected) in [
            ("", 2, ""),
            ("1", 2, "1"),
            ("1234", 2, "1234"),
            ("12345", 2, "12\n… 1 bytes left out …\n45"),
            ("12345678", 2, "12\n… 4 bytes left out …\n78"),
        ] {
            let mut found = String::new();
            Bounded::new(text.as_bytes(), each)
                .read_to_string(&mut found)
                .unwrap();
            assert_eq!(found, expected, "{text}");
        }
    }
}

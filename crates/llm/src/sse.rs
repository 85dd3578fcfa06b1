//! Server-sent events, out of bytes that come in pieces of any size. Comments and pings are not shown: that they came
//! is seen where the bytes come in, which is where silence is measured.
//!
//! ```text
//! event: delta
//! data: {"a":
//! data: 1}
//!                    the empty line ends it: name `delta`, data `{"a":` and `1}` on two lines
//! : ping             a comment: no event
//! ```

/// Bytes that are held at most: a longer event is none of a model, and would only fill the memory.
const LONGEST_EVENT: usize = 64 << 20;

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Event {
    /// Its name, empty where it has none.
    pub(crate) name: String,
    /// Its data, lines joined.
    pub(crate) data: String,
}

/// Reads events.
#[derive(Debug, Default)]
pub(crate) struct Events {
    /// Bytes that came and are not yet taken as lines.
    held: Vec<u8>,
    /// The position up to which `held` is read.
    read: usize,
    /// The position up to which `held` was searched for the end of its first line.
    searched: usize,
    /// The name and data of the event that is being read.
    name: String,
    data: Option<String>,
    /// The first line was read: only before it may a byte order mark stand.
    started: bool,
}

/// An event is longer than any can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLong;

impl Events {
    /// Takes in what came.
    ///
    /// Fails where more is held than any event needs.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        if self.read > 0 {
            self.held.drain(..self.read);
            self.searched -= self.read;
            self.read = 0;
        }
        self.held.extend_from_slice(bytes);
        if self.held.len() + self.data.as_ref().map_or(0, String::len) > LONGEST_EVENT {
            return Err(TooLong);
        }
        Ok(())
    }

    /// Returns the next whole event. One that the stream's end cuts off is none.
    pub(crate) fn next(&mut self) -> Option<Event> {
        while let Some(line) = self.line() {
            if line.is_empty() {
                let name = std::mem::take(&mut self.name);
                if let Some(data) = self.data.take() {
                    return Some(Event { name, data });
                }
                continue;
            }
            let (field, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => value.clone_into(&mut self.name),
                "data" => match &mut self.data {
                    Some(data) => {
                        data.push('\n');
                        data.push_str(value);
                    }
                    None => self.data = Some(value.to_owned()),
                },
                _ => {}
            }
        }
        None
    }

    /// Returns the next whole line, without its end: LF, CRLF or CR.
    fn line(&mut self) -> Option<String> {
        let at = self.searched
            + self.held[self.searched..]
                .iter()
                .position(|byte| matches!(byte, b'\n' | b'\r'))?;
        let mut after = at + 1;
        if self.held[at] == b'\r' {
            // Whether a LF belongs to it is known only with the next byte; models' servers send no lone CR at the
            // end.
            match self.held.get(after) {
                Some(b'\n') => after += 1,
                Some(_) => {}
                None => {
                    self.searched = at;
                    return None;
                }
            }
        }
        let mut line = String::from_utf8_lossy(&self.held[self.read..at]).into_owned();
        if !self.started {
            self.started = true;
            if let Some(rest) = line.strip_prefix('\u{feff}') {
                line = rest.to_owned();
            }
        }
        self.read = after;
        self.searched = after;
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(pieces: &[&[u8]]) -> Vec<Event> {
        let mut events = Events::default();
        let mut found = Vec::new();
        for piece in pieces {
            events.push(piece).expect("short");
            while let Some(event) = events.next() {
                found.push(event);
            }
        }
        found
    }

    #[test]
    fn pieces_of_any_size_give_the_same_events() {
        let text = "\u{feff}: hello\r\nevent: a\r\ndata: é\r\ndata:  two\r\n\r\ndata\n\nevent: b\n\nid: 3\ndata:x\n\ndata: cut";
        let event = |name: &str, data: &str| Event {
            name: name.to_owned(),
            data: data.to_owned(),
        };
        let expected = [event("a", "é\n two"), event("", ""), event("", "x")];
        for size in 1..text.len() {
            let pieces: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
            assert_eq!(all(&pieces), expected, "in pieces of {size}");
        }
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut events = Events::default();
        let piece = vec![b'x'; 32 << 20];
        assert_eq!(events.push(&piece), Ok(()));
        assert_eq!(events.next(), None);
        assert_eq!(events.push(&piece), Ok(()));
        assert_eq!(events.push(b"x"), Err(TooLong));
    }
}

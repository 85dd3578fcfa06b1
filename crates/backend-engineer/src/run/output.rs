//! Keeps a command's output: all of a short one, else its beginning and end with the size and the hash of the
//! whole, secrets taken out of both.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use journal::{OutputId, Run, hash_of};

use crate::redact::Redactor;
use crate::stop::Stop;

/// Bytes of each end that are kept: what a person or a model reads of a long output lies there.
const END: u64 = 512 << 10;

/// So much more is read at each end, so that no secret is cut in two: more than the longest has.
const MARGIN: u64 = 32 << 10;

/// Keeps what a file holds of an output, up to `length`.
pub(super) fn store_output(
    (run, redactor): (&Run, &Redactor),
    file: &Path,
    length: u64,
    whole: bool,
) -> Result<Option<OutputId>, Stop> {
    let Ok(mut file) = File::open(file) else {
        return Ok(None);
    };
    let length = length.min(file.metadata().map_or(0, |found| found.len()));
    if whole || length <= 2 * END {
        return Ok(Some(run.keep_output(redactor.reader(file.take(length)))?));
    }
    let broken = |error: io::Error| Stop::environment(format!("an output can't be read: {error}"));
    let kept = read_both_ends(&mut file, length, redactor).map_err(broken)?;
    Ok(Some(run.keep_output(kept.as_slice())?))
}

/// Returns both ends of an output, with a line between them that tells of the rest.
fn read_both_ends(file: &mut File, length: u64, redactor: &Redactor) -> io::Result<Vec<u8>> {
    let (end, margin) = (bytes_as_usize(END), bytes_as_usize(MARGIN));
    let mut head = Vec::new();
    redactor
        .reader(file.by_ref().take(END + MARGIN))
        .read_to_end(&mut head)?;
    head.truncate(end.min(head.len().saturating_sub(margin)));
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(length - END - MARGIN))?;
    redactor
        .reader(file.by_ref().take(END + MARGIN))
        .read_to_end(&mut tail)?;
    tail.drain(..tail.len().saturating_sub(end).max(margin.min(tail.len())));
    file.rewind()?;
    let hash = hash_of(file.by_ref().take(length))?;
    let left_out = length - 2 * END;
    let line = format!(
        "\n… {left_out} bytes left out of {length}, whose SHA-256 is {hash} (--keep-output keeps all) …\n"
    );
    head.extend_from_slice(line.as_bytes());
    head.extend_from_slice(&tail);
    Ok(head)
}

fn bytes_as_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn the_ends_of_a_long_output_are_kept_without_secrets() {
        let redactor = Redactor::new(vec![("TOKEN".to_owned(), "hunter2-and-more".to_owned())]);
        let mut file = tempfile::tempfile().unwrap();
        let mut text = b"begins hunter2-and-more\n".to_vec();
        text.resize(bytes_as_usize(END) - 8, b'x');
        text.extend_from_slice(b"hunter2-and-more");
        text.resize(bytes_as_usize(3 * END), b'y');
        text.extend_from_slice(b"ends hunter2-and-more\n");
        file.write_all(&text).unwrap();
        file.rewind().unwrap();
        let kept = read_both_ends(&mut file, text.len() as u64, &redactor).unwrap();
        let kept = String::from_utf8(kept).unwrap();
        assert!(kept.starts_with("begins [TOKEN]\n") && kept.ends_with("yends [TOKEN]\n"));
        assert!(kept.contains(&journal::hash(&text)) && !kept.contains("hunter2"));
        assert!(
            kept.contains(&format!("of {}, whose", text.len()))
                && kept.len() < bytes_as_usize(2 * END) + 300
        );
    }
}

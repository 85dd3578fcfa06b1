//! The kernel's list of mounts.
//!
//! ```text
//! 36 35 98:0 /mnt1 /mnt\0402 rw,noatime master:1 - ext3 /dev/root rw     `/mnt 2`: `rw,noatime`
//! ```
//!
//! The fifth field is where it is mounted, the sixth its options.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// Where the kernel lists our mounts.
pub(crate) const LIST: &str = "/proc/self/mountinfo";

/// Returns every mount and its options; of several at one path, the topmost.
pub(crate) fn read_mounts() -> io::Result<BTreeMap<PathBuf, String>> {
    let listed = fs::read(LIST)?;
    Ok(listed
        .split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let mut fields = line.split(|byte| *byte == b' ');
            let at = fields.nth(4)?;
            Some((
                unescape_field(at),
                String::from_utf8_lossy(fields.next()?).into_owned(),
            ))
        })
        .collect())
}

/// Decodes a field of the table, which writes spaces, tabs, line ends and backslashes as octal digits.
fn unescape_field(field: &[u8]) -> PathBuf {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..3).filter(|digits| {
            *first == b'\\' && digits.iter().all(|digit| (b'0'..=b'7').contains(digit))
        });
        match digits {
            Some(digits) => {
                bytes.push(digits.iter().fold(0_u8, |value, digit| {
                    value.wrapping_mul(8).wrapping_add(digit - b'0')
                }));
                rest = &after[3..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    PathBuf::from(OsString::from_vec(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octal_escapes_are_taken_back() {
        assert_eq!(
            unescape_field(br"/a\040b\134c\12"),
            PathBuf::from(r"/a b\c\12")
        );
    }
}

//! Opens files that other people made: only regular ones, and never in a way that waits for
//! somebody to write.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Reads a regular file, or the one that a link leads to, of at most so many bytes.
///
/// # Errors
/// As the system says; also for a pipe, a socket, a device and a folder, and for a larger file.
pub fn read_regular(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = open_regular(path)?;
    let size = file.metadata()?.len();
    if size > most {
        return Err(io::Error::other(format!(
            "it has {size} bytes, more than {most}"
        )));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a regular file for reading, or the one that a link leads to.
///
/// # Errors
/// As the system says; also for a pipe, a socket, a device and a folder.
pub fn open_regular(path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    let file = {
        // A pipe that nobody writes to is opened at once, and found out below.
        let flags =
            rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::CLOEXEC;
        File::from(rustix::fs::open(path, flags, rustix::fs::Mode::empty())?)
    };
    #[cfg(not(unix))]
    let file = File::open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::other("not a regular file"))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::net::UnixListener;

    #[test]
    fn only_regular_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "text").unwrap();
        std::os::unix::fs::symlink(at("file"), at("link")).unwrap();
        let made = rustix::fs::mknodat(
            rustix::fs::CWD,
            at("pipe"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o644),
            0,
        );
        made.unwrap();
        let _listener = UnixListener::bind(at("socket")).unwrap();
        assert_eq!(read_regular(&at("file"), 4).unwrap(), b"text");
        assert_eq!(read_regular(&at("link"), 4).unwrap(), b"text");
        assert!(read_regular(&at("file"), 3).is_err());
        for other in ["pipe", "socket", "missing", "."] {
            assert!(read_regular(&at(other), 10).is_err(), "{other}");
        }
        assert!(read_regular(Path::new("/dev/zero"), 10).is_err());
    }
}

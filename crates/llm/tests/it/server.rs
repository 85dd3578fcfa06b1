//! A server of models on the loopback that plays what it is told: answers of any status, and streams in pieces of any
//! size, which end well, break off, fall silent or trickle. One play a request, in order.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::slice::Chunks;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What the server does with one request.
#[derive(Debug, Clone)]
pub(crate) enum Play {
    /// An answer with its length.
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// A stream of events.
    Stream {
        bytes: Vec<u8>,
        piece: usize,
        pause: Duration,
        end: End,
    },
    /// Takes the request and says nothing.
    Silence,
    /// Closes the connection without an answer.
    HangUp,
}

/// How a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// As it should.
    Well,
    /// In the middle of it the connection is gone.
    Break,
    /// Nothing more comes, and the connection stays.
    Silence,
}

impl Play {
    /// A stream that comes at once and ends well.
    pub(crate) fn stream(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Stream {
            bytes: bytes.into(),
            piece: usize::MAX,
            pause: Duration::ZERO,
            end: End::Well,
        }
    }

    /// A stream that ends so.
    pub(crate) fn ending(bytes: impl Into<Vec<u8>>, end: End) -> Self {
        Self::Stream {
            bytes: bytes.into(),
            piece: usize::MAX,
            pause: Duration::ZERO,
            end,
        }
    }

    /// An answer in JSON.
    pub(crate) fn answer(status: u16, body: &str) -> Self {
        Self::Answer {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_owned(),
        }
    }

    /// The same with one more header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }
}

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// Its first line.
    pub(crate) line: String,
    /// Its headers, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// Which connection it came over.
    pub(crate) connection: usize,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

#[derive(Debug, Default)]
struct State {
    plays: VecDeque<Play>,
    seen: Vec<Seen>,
    /// How many clients left while they were waiting.
    left: usize,
}

/// The server. Its threads end with the test's process.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

impl Server {
    /// Plays these in order, then answers with status 418.
    pub(crate) fn start(plays: impl IntoIterator<Item = Play>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State {
            plays: plays.into_iter().collect(),
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let state = Arc::clone(&shared);
                let Ok(stream) = stream else { continue };
                thread::spawn(move || drop(serve(&stream, number, &state)));
            }
        });
        Self { port, state }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        lock(&self.state).seen.clone()
    }

    /// Waits until a client left a request that was not answered to the end.
    pub(crate) fn saw_leave(&self) -> bool {
        let until = Instant::now() + Duration::from_secs(5);
        while Instant::now() < until {
            if lock(&self.state).left > 0 {
                return true;
            }
            thread::sleep(Duration::from_millis(5));
        }
        false
    }
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: &TcpStream, connection: usize, state: &Mutex<State>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    loop {
        let Some(mut seen) = request(&mut reader)? else {
            return Ok(());
        };
        seen.connection = connection;
        let play = {
            let mut state = lock(state);
            state.seen.push(seen);
            state
                .plays
                .pop_front()
                .unwrap_or_else(|| Play::answer(418, "{}"))
        };
        match play {
            Play::Answer {
                status,
                headers,
                body,
            } => answer(stream, status, &headers, &body)?,
            Play::Stream {
                bytes,
                piece,
                pause,
                end,
            } => {
                let played = play_stream(stream, bytes.chunks(piece), pause, end);
                if played.is_err() {
                    lock(state).left += 1;
                }
                match played.map(|()| end)? {
                    End::Well => {}
                    End::Break => return stream.shutdown(Shutdown::Both),
                    End::Silence => wait_for_leave(stream, state),
                }
            }
            Play::Silence => wait_for_leave(stream, state),
            Play::HangUp => return stream.shutdown(Shutdown::Both),
        }
    }
}

fn request(reader: &mut impl BufRead) -> io::Result<Option<Seen>> {
    let mut seen = Seen::default();
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    line.trim_end().clone_into(&mut seen.line);
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        seen.headers
            .push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = seen
        .header("content-length")
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    seen.body = String::from_utf8(body).map_err(io::Error::other)?;
    Ok(Some(seen))
}

fn answer(
    mut stream: &TcpStream,
    status: u16,
    headers: &[(&str, String)],
    body: &str,
) -> io::Result<()> {
    let mut head = format!(
        "HTTP/1.1 {status} Played\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes())
}

fn play_stream(
    mut stream: &TcpStream,
    pieces: Chunks<'_, u8>,
    pause: Duration,
    end: End,
) -> io::Result<()> {
    stream.write_all(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n",
    )?;
    for piece in pieces {
        let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
        chunk.extend_from_slice(piece);
        chunk.extend_from_slice(b"\r\n");
        stream.write_all(&chunk)?;
        thread::sleep(pause);
    }
    if end == End::Well {
        stream.write_all(b"0\r\n\r\n")
    } else {
        Ok(())
    }
}

fn wait_for_leave(mut stream: &TcpStream, state: &Mutex<State>) {
    let mut byte = [0];
    if matches!(stream.read(&mut byte), Ok(0) | Err(_)) {
        lock(state).left += 1;
    }
}

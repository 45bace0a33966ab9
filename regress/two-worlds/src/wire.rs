//! A connection: what is said in protocol 3, and every message that comes back.

use crate::stmt::Call;
use bytes::{Bytes, BytesMut};
use fallible_iterator::FallibleIterator;
use postgres_protocol::IsNull;
use postgres_protocol::message::backend::{Header, Message};
use postgres_protocol::message::frontend;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// A message as it came: its tag and what follows the length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The message's type.
    pub tag: u8,
    /// Its contents.
    pub body: Bytes,
}

impl Frame {
    /// Taken apart by the crate; None for the messages that it does not know.
    pub fn message(&self) -> Option<Message> {
        let mut buf = BytesMut::with_capacity(self.body.len() + 5);
        buf.extend_from_slice(&[self.tag]);
        buf.extend_from_slice(&u32::try_from(self.body.len() + 4).ok()?.to_be_bytes());
        buf.extend_from_slice(&self.body);
        Message::parse(&mut buf).ok().flatten()
    }

    /// The fields of an ErrorResponse or NoticeResponse.
    pub fn fields(&self) -> Vec<(u8, String)> {
        let fields = match self.message() {
            Some(Message::ErrorResponse(b)) => read_fields(b.fields()),
            Some(Message::NoticeResponse(b)) => read_fields(b.fields()),
            _ => Vec::new(),
        };
        fields.into_iter().map(|(t, v)| (t, String::from_utf8_lossy(&v).into_owned())).collect()
    }

    /// One field of an ErrorResponse or NoticeResponse.
    pub fn field(&self, which: u8) -> Option<String> {
        self.fields().into_iter().find(|(t, _)| *t == which).map(|(_, v)| v)
    }

    /// The values of a DataRow.
    pub fn row(&self) -> Vec<Option<Bytes>> {
        match self.message() {
            Some(Message::DataRow(b)) => {
                let all = b.buffer_bytes().clone();
                b.ranges().map(|r| Ok(r.map(|r| all.slice(r)))).collect().unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }
}

fn read_fields(fields: postgres_protocol::message::backend::ErrorFields<'_>) -> Vec<(u8, Vec<u8>)> {
    fields.map(|f| Ok((f.type_(), f.value_bytes().to_vec()))).collect().unwrap_or_default()
}

/// All that came back for a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The messages, in their order.
    pub frames: Vec<Frame>,
    /// The transaction's status at the end (I, T, E); 0: the connection is gone.
    pub status: u8,
    /// The server did not answer in time.
    pub stuck: bool,
}

impl Answer {
    /// The SQLSTATE of the first error.
    pub fn sqlstate(&self) -> Option<String> {
        self.frames.iter().find(|f| f.tag == b'E').and_then(|f| f.field(b'C'))
    }

    /// The message of the first error, with its detail and hint.
    pub fn error(&self) -> Option<String> {
        let e = self.frames.iter().find(|f| f.tag == b'E')?;
        let mut text = String::new();
        for (t, v) in e.fields() {
            if matches!(t, b'C' | b'M' | b'D' | b'H' | b'W') {
                text.push_str(&v);
                text.push_str("; ");
            }
        }
        Some(text)
    }

    /// Rows in text form, NULL as None; for queries of our own.
    pub fn rows(&self) -> Vec<Vec<Option<String>>> {
        self.frames
            .iter()
            .filter(|f| f.tag == b'D')
            .map(|f| {
                f.row()
                    .into_iter()
                    .map(|v| v.map(|v| String::from_utf8_lossy(&v).into_owned()))
                    .collect()
            })
            .collect()
    }
}

/// How long a server may take for one answer: its statement_timeout is far below.
const PATIENCE: Duration = Duration::from_secs(40);

/// A connection.
#[derive(Debug)]
pub struct Conn {
    stream: UnixStream,
    inbox: BytesMut,
    outbox: BytesMut,
    /// What the server said before it was ready.
    pub greeting: Answer,
    fetch: Option<i32>,
    extended: bool,
    copying: bool,
}

impl Conn {
    /// Connects to the server whose socket is in `dir`, port 5432.
    pub fn open(dir: &Path, user: &str, database: &str) -> io::Result<Conn> {
        let stream = UnixStream::connect(dir.join(".s.PGSQL.5432"))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut conn = Conn {
            stream,
            inbox: BytesMut::with_capacity(1 << 16),
            outbox: BytesMut::with_capacity(1 << 14),
            greeting: Answer::default(),
            fetch: None,
            extended: false,
            copying: false,
        };
        frontend::startup_message(
            [
                ("user", user),
                ("database", database),
                ("application_name", "two-worlds"),
                ("client_encoding", "UTF8"),
            ],
            &mut conn.outbox,
        )?;
        conn.send()?;
        conn.greeting = conn.finish();
        // the key for cancelling differs by nature, and the authentication request says nothing
        conn.greeting.frames.retain(|f| f.tag != b'K');
        if conn.greeting.status == 0 {
            let why = conn.greeting.error().unwrap_or_else(|| "the connection was closed".into());
            return Err(io::Error::other(why));
        }
        Ok(conn)
    }

    fn send(&mut self) -> io::Result<()> {
        let sent = self.stream.write_all(&self.outbox);
        self.outbox.clear();
        sent
    }

    /// Sends a call.  `oid` is the function of a call by the fast path.
    pub fn start(&mut self, call: &Call, oid: u32) -> io::Result<()> {
        self.fetch = None;
        self.extended = matches!(call, Call::Extended { .. });
        self.copying = matches!(call, Call::CopyIn { .. });
        match call {
            Call::Simple(sql) => frontend::query(sql, &mut self.outbox)?,
            Call::Extended { name, sql, params, fetch, binary } => {
                if !sql.is_empty() {
                    frontend::parse(name, sql, [], &mut self.outbox)?;
                }
                frontend::bind(
                    "",
                    name,
                    [],
                    params.iter(),
                    |v: &Option<String>, buf| {
                        Ok(match v {
                            Some(v) => {
                                buf.extend_from_slice(v.as_bytes());
                                IsNull::No
                            }
                            None => IsNull::Yes,
                        })
                    },
                    [i16::from(*binary)],
                    &mut self.outbox,
                )
                .map_err(|_| io::Error::other("bind"))?;
                frontend::describe(b'P', "", &mut self.outbox)?;
                frontend::execute("", *fetch, &mut self.outbox)?;
                if *fetch > 0 {
                    frontend::flush(&mut self.outbox);
                    self.fetch = Some(*fetch);
                } else {
                    frontend::sync(&mut self.outbox);
                }
            }
            Call::CopyIn { sql, data } => {
                // where the statement fails, the server skips what follows
                frontend::query(sql, &mut self.outbox)?;
                for piece in data.chunks(1000) {
                    frontend::CopyData::new(piece)?.write(&mut self.outbox);
                }
                frontend::copy_done(&mut self.outbox);
            }
            Call::FastPath { args, .. } => {
                let mut body = Vec::new();
                body.extend_from_slice(&oid.to_be_bytes());
                body.extend_from_slice(&0_u16.to_be_bytes());
                body.extend_from_slice(&(args.len() as u16).to_be_bytes());
                for a in args {
                    match a {
                        None => body.extend_from_slice(&(-1_i32).to_be_bytes()),
                        Some(a) => {
                            body.extend_from_slice(&(a.len() as u32).to_be_bytes());
                            body.extend_from_slice(a.as_bytes());
                        }
                    }
                }
                body.extend_from_slice(&0_u16.to_be_bytes());
                self.outbox.extend_from_slice(b"F");
                self.outbox.extend_from_slice(&(body.len() as u32 + 4).to_be_bytes());
                self.outbox.extend_from_slice(&body);
            }
            Call::Reconnect => return Ok(()),
        }
        self.send()
    }

    /// Reads until the server is ready for more.
    pub fn finish(&mut self) -> Answer {
        let mut answer = Answer::default();
        let mut rounds = 0;
        loop {
            let frame = match self.read() {
                Ok(Some(f)) => f,
                Ok(None) => return answer,
                Err(e) => {
                    answer.stuck =
                        matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut);
                    return answer;
                }
            };
            match frame.tag {
                b'Z' => {
                    answer.status = frame.body.first().copied().unwrap_or(0);
                    return answer;
                }
                b'G' if self.copying => {
                    // the data has been sent; a second COPY gets none
                    self.copying = false;
                    answer.frames.push(frame);
                }
                b'G' => {
                    answer.frames.push(frame);
                    if frontend::copy_fail("no data", &mut self.outbox).is_err() {
                        return answer;
                    }
                    if self.extended && self.fetch.is_none() {
                        // the first one was skipped as part of the data
                        frontend::sync(&mut self.outbox);
                    }
                    if self.send().is_err() {
                        return answer;
                    }
                }
                b's' if self.fetch.is_some() && rounds < 50 => {
                    rounds += 1;
                    answer.frames.push(frame);
                    let n = self.fetch.unwrap_or(0);
                    if frontend::execute("", n, &mut self.outbox).is_err() {
                        return answer;
                    }
                    frontend::flush(&mut self.outbox);
                    if self.send().is_err() {
                        return answer;
                    }
                }
                b's' | b'C' | b'I' | b'E' if self.fetch.is_some() => {
                    self.fetch = None;
                    answer.frames.push(frame);
                    frontend::sync(&mut self.outbox);
                    // a server that is gone is seen by the next read
                    let _ = self.send();
                }
                _ => answer.frames.push(frame),
            }
        }
    }

    fn read(&mut self) -> io::Result<Option<Frame>> {
        loop {
            if let Some(h) = Header::parse(&self.inbox)? {
                let total = usize::try_from(h.len()).map_err(io::Error::other)? + 1;
                if self.inbox.len() >= total {
                    let mut whole = self.inbox.split_to(total);
                    let body = whole.split_off(5).freeze();
                    return Ok(Some(Frame { tag: h.tag(), body }));
                }
            }
            let mut piece = [0_u8; 16384];
            let n = match self.stream.read(&mut piece) {
                // we were stopped for a while
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                n => n?,
            };
            if n == 0 {
                return Ok(None);
            }
            self.inbox.extend_from_slice(&piece[..n]);
        }
    }

    /// Says something and reads the answer.
    pub fn call(&mut self, call: &Call, oid: u32) -> Answer {
        match self.start(call, oid) {
            Ok(()) => self.finish(),
            // what the server said before it closed the connection
            Err(_) => self.finish(),
        }
    }

    /// A query of our own, which must succeed.
    pub fn query(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        let a = self.call(&Call::Simple(sql.into()), 0);
        match a.error() {
            None if a.status != 0 => Ok(a.rows()),
            None => Err(format!("connection lost in: {sql}")),
            Some(e) => Err(format!("{e} in: {sql}")),
        }
    }

    /// Whether the answer to what was started has come whole within that time, for simple queries without COPY; a
    /// session that waits for a lock is silent, or has sent notices only.
    pub fn answers_within(&mut self, time: Duration) -> bool {
        let start = std::time::Instant::now();
        loop {
            let mut at = 0;
            while let Ok(Some(h)) = Header::parse(&self.inbox[at..]) {
                let Ok(length) = usize::try_from(h.len()) else { return true };
                if self.inbox.len() < at + length + 1 {
                    break;
                }
                if h.tag() == b'Z' {
                    return true;
                }
                at += length + 1;
            }
            let left = time.saturating_sub(start.elapsed());
            if left.is_zero() {
                return false;
            }
            let mut piece = [0_u8; 16384];
            let _ = self.stream.set_read_timeout(Some(left));
            let got = self.stream.read(&mut piece);
            let _ = self.stream.set_read_timeout(Some(PATIENCE));
            match got {
                // closed: finish() says so
                Ok(0) => return true,
                Ok(n) => self.inbox.extend_from_slice(&piece[..n]),
                Err(e)
                    if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) =>
                {
                    return false;
                }
                Err(_) => return true,
            }
        }
    }
}

impl Conn {
    /// Ends the session, and waits until the server has ended it, so that the next one finds its place free.
    pub fn close(&mut self) {
        self.outbox.clear();
        frontend::terminate(&mut self.outbox);
        // it may be gone already
        if self.send().is_ok() {
            let _ = self.finish();
        }
    }
}

impl Drop for Conn {
    fn drop(&mut self) {
        self.outbox.clear();
        frontend::terminate(&mut self.outbox);
        // it may be gone already
        let _ = self.send();
    }
}

//! The smallest HTTP/1.1 client that will do.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use crate::process::PATIENCE;

/// One connection.
pub(crate) struct Client<S = TcpStream> {
    stream: BufReader<S>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Client {
    pub(crate) fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Client::over(stream)
    }
}

impl<S: Read + Write> Client<S> {
    pub(crate) fn over(stream: S) -> Self {
        Client { stream: BufReader::new(stream) }
    }

    pub(crate) fn get(&mut self, path: &str, token: Option<&str>) -> Answer {
        self.send(format!("GET {path} HTTP/1.1\r\nhost: cardfile.example\r\n{}\r\n", credential(token)).as_bytes()).unwrap();
        self.answer().unwrap()
    }

    pub(crate) fn post(&mut self, path: &str, token: &str, body: &Value) -> io::Result<Answer> {
        self.send(&post(path, token, body))?;
        self.answer()
    }

    /// Sends a body of some media type.
    pub(crate) fn ask(&mut self, method: &str, path: &str, token: Option<&str>, (kind, body): (&str, &str)) -> Answer {
        self.ask_with("", method, path, token, (kind, body))
    }

    /// The same with further headers, each with its end of line.
    pub(crate) fn ask_with(
        &mut self,
        headers: &str,
        method: &str,
        path: &str,
        token: Option<&str>,
        (kind, body): (&str, &str),
    ) -> Answer {
        let (length, credential) = (body.len(), credential(token));
        let head = format!("{method} {path} HTTP/1.1\r\nhost: cardfile.example\r\n{credential}{headers}");
        self.send(format!("{head}content-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}").as_bytes()).unwrap();
        self.answer().unwrap()
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Whether the server hung up, once it has nothing more to say.
    pub(crate) fn is_hung_up(&mut self) -> bool {
        let mut rest = Vec::new();
        match self.stream.read_to_end(&mut rest) {
            Ok(_) => rest.is_empty(),
            Err(error) => error.kind() == io::ErrorKind::ConnectionReset,
        }
    }

    pub(crate) fn answer(&mut self) -> io::Result<Answer> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let status = lines[0].split(' ').nth(1).unwrap().parse().unwrap();
        let pair = |line: &String| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
        let head: Vec<(String, String)> = lines[1..].iter().filter_map(pair).collect();
        let mut answer = Answer { status, head, body: String::new() };
        let mut body = vec![0; answer.header("content-length").map_or(0, |length| length.parse().unwrap())];
        self.stream.read_exact(&mut body)?;
        answer.body = String::from_utf8(body).unwrap();
        Ok(answer)
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The bytes of a request with a JSON body.
pub(crate) fn post(path: &str, token: &str, body: &Value) -> Vec<u8> {
    let (body, credential) = (body.to_string(), credential(Some(token)));
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: cardfile.example\r\n{credential}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn credential(token: Option<&str>) -> String {
    token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default()
}

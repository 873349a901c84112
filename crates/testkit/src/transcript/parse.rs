//! A transcript's text as a list of exchanges.

/// One request and what must be answered.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Exchange {
    pub title: String,
    /// The line of the title, counted from 1.
    pub line: usize,
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<String>,
    pub status: u16,
    pub expected_headers: Vec<(String, String)>,
    /// Empty when the body must be.
    pub expected_body: String,
    pub captures: Vec<(String, String)>,
}

/// What the next line belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Outside,
    RequestLine,
    Headers,
    Body,
    ExpectedHeaders,
    ExpectedBody,
}

/// Reads a transcript; the error names the line.
pub(super) fn exchanges(text: &str) -> Result<Vec<Exchange>, String> {
    let mut found: Vec<Exchange> = Vec::new();
    let mut part = Part::Outside;
    for (at, line) in text.lines().enumerate() {
        let fail = |message: &str| Err(format!("line {}: {message}: {line}", at + 1));
        if let Some(title) = line.strip_prefix("### ") {
            if matches!(part, Part::RequestLine | Part::Headers | Part::Body) {
                return fail("the exchange before has no `HTTP` line");
            }
            found.push(Exchange { title: title.trim().into(), line: at + 1, ..Exchange::default() });
            part = Part::RequestLine;
            continue;
        }
        if part != Part::Body && line.starts_with('#') {
            continue;
        }
        let Some(exchange) = found.last_mut() else {
            if line.trim().is_empty() {
                continue;
            }
            return fail("expected `### ` and a title");
        };
        if matches!(part, Part::Headers | Part::Body)
            && let Some(status) = line.strip_prefix("HTTP ")
        {
            let Ok(status) = status.trim().parse() else { return fail("expected a status") };
            exchange.status = status;
            part = Part::ExpectedHeaders;
            continue;
        }
        match part {
            Part::Outside => return fail("expected `### ` and a title"),
            Part::RequestLine => {
                let Some((method, target)) = line.split_once(' ') else { return fail("expected a method and a target") };
                (exchange.method, exchange.target) = (method.into(), target.trim().into());
                part = Part::Headers;
            }
            Part::Body => exchange.body.push(line.into()),
            Part::ExpectedHeaders | Part::ExpectedBody if line.starts_with("> ") => {
                let Some((name, path)) = line[2..].split_once('=') else { return fail("expected `> NAME = path`") };
                exchange.captures.push((name.trim().into(), path.trim().into()));
            }
            Part::Headers | Part::ExpectedHeaders if line.trim().is_empty() => {
                part = if part == Part::Headers { Part::Body } else { Part::ExpectedBody };
            }
            Part::Headers | Part::ExpectedHeaders => {
                let Some((name, value)) = line.split_once(':') else { return fail("expected a header") };
                let list = if part == Part::Headers { &mut exchange.headers } else { &mut exchange.expected_headers };
                list.push((name.trim().to_ascii_lowercase(), value.trim().into()));
            }
            Part::ExpectedBody => {
                exchange.expected_body.push_str(line);
                exchange.expected_body.push('\n');
            }
        }
    }
    if matches!(part, Part::RequestLine | Part::Headers | Part::Body) {
        return Err("the last exchange has no `HTTP` line".into());
    }
    for exchange in &mut found {
        while exchange.body.last().is_some_and(|line| line.trim().is_empty()) {
            exchange.body.pop();
        }
        exchange.expected_body.truncate(exchange.expected_body.trim_end().len());
    }
    Ok(found)
}

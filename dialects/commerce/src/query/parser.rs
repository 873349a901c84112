//! A `q` text as an expression.

use cardfile_model::{Comparison, Scalar};

use super::lexer::{self, Token};
use super::{Expression, Fault, LONGEST_BYTES, MOST_COMPARISONS, MOST_NESTED};
use crate::parameter::shortened;

const OPERATORS: [&str; 10] = ["eq", "ne", "co", "sw", "ew", "pr", "gt", "ge", "lt", "le"];

/// Reads a text.
///
/// **Shape**: `None` for a blank text, which asks for nothing.
///
/// # Errors
/// A fault at the first place where it cannot be read, or where it gets longer, deeper or wider than is taken.
pub fn parse(text: &str) -> Result<Option<Expression>, Fault> {
    if text.len() > LONGEST_BYTES {
        return Err(Fault { position: 1, message: format!("it must not be longer than {LONGEST_BYTES} bytes") });
    }
    let tokens = lexer::tokens(text)?;
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser { text, tokens: &tokens, depth: 0, comparisons: 0 };
    let expression = parser.alternatives()?;
    match parser.tokens {
        [] => Ok(Some(expression)),
        _ => Err(parser.fault("this must be 'and', 'or' or the end")),
    }
}

/// What is left to read.
struct Parser<'t, 'q> {
    text: &'q str,
    tokens: &'t [(usize, Token<'q>)],
    /// How many parentheses and `not` are around what is read.
    depth: usize,
    comparisons: usize,
}

/// What reads a part of a chain.
type Part<'t, 'q> = fn(&mut Parser<'t, 'q>) -> Result<Expression, Fault>;

impl<'t, 'q> Parser<'t, 'q> {
    fn alternatives(&mut self) -> Result<Expression, Fault> {
        self.chain("or", Expression::Or, Self::conditions)
    }

    fn conditions(&mut self) -> Result<Expression, Fault> {
        self.chain("and", Expression::And, Self::term)
    }

    fn chain(&mut self, keyword: &str, join: fn(Vec<Expression>) -> Expression, part: Part<'t, 'q>) -> Result<Expression, Fault> {
        let first = part(self)?;
        if !self.is_next(keyword) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.is_next(keyword) {
            self.pass();
            parts.push(part(self)?);
        }
        Ok(join(parts))
    }

    fn term(&mut self) -> Result<Expression, Fault> {
        let is_not = self.is_next("not");
        if !is_not && !matches!(self.tokens, [(_, Token::Open), ..]) {
            return self.comparison();
        }
        if self.depth == MOST_NESTED {
            return Err(self.fault(format!("it must not be nested deeper than {MOST_NESTED}")));
        }
        self.pass();
        self.depth += 1;
        let inside = if is_not { Expression::Not(Box::new(self.term()?)) } else { self.group()? };
        self.depth -= 1;
        Ok(inside)
    }

    /// What is in parentheses, after the opening one.
    fn group(&mut self) -> Result<Expression, Fault> {
        let inside = self.alternatives()?;
        if !matches!(self.tokens, [(_, Token::Close), ..]) {
            return Err(self.fault("this must be 'and', 'or' or a closing parenthesis"));
        }
        self.pass();
        Ok(inside)
    }

    fn comparison(&mut self) -> Result<Expression, Fault> {
        if self.comparisons == MOST_COMPARISONS {
            return Err(self.fault(format!("it must not hold more than {MOST_COMPARISONS} comparisons")));
        }
        self.comparisons += 1;
        let path = self.path()?;
        let operator = self.word().unwrap_or_default().to_ascii_lowercase();
        if !OPERATORS.contains(&operator.as_str()) {
            return Err(self.fault("an operator must follow: eq, ne, co, sw, ew, pr, gt, ge, lt or le"));
        }
        self.pass();
        let comparison = match operator.as_str() {
            "co" => Comparison::Contains(self.quoted()?),
            "sw" => Comparison::Begins(self.quoted()?),
            "ew" => Comparison::Ends(self.quoted()?),
            "gt" => Comparison::After(self.bound()?),
            "ge" => Comparison::From(self.bound()?),
            "lt" => Comparison::Before(self.bound()?),
            "le" => Comparison::To(self.bound()?),
            "pr" => Comparison::Present,
            _ => Comparison::Is(self.literal()?),
        };
        let compare = Expression::Compare { path, comparison };
        Ok(if operator == "ne" { Expression::Not(Box::new(compare)) } else { compare })
    }

    fn path(&mut self) -> Result<Vec<String>, Fault> {
        let is_name = |name: &str| !name.is_empty() && name.chars().all(lexer::is_of_name);
        let is_keyword = self.is_next("and") || self.is_next("or");
        let word = self.word().filter(|word| !is_keyword && word.split('.').all(is_name));
        let word = word.ok_or_else(|| self.fault("the name of a property must stand here"))?;
        self.pass();
        Ok(word.split('.').map(str::to_owned).collect())
    }

    fn literal(&mut self) -> Result<Scalar, Fault> {
        let literal = self.scalar().ok_or_else(|| self.fault("a quoted text, a number, true, false or null must stand here"))?;
        self.pass();
        Ok(literal)
    }

    /// A literal that has an order.
    fn bound(&mut self) -> Result<Scalar, Fault> {
        let ordered = self.scalar().filter(|literal| matches!(literal, Scalar::Text(_) | Scalar::Number(_)));
        let literal = ordered.ok_or_else(|| self.fault("a quoted text or a number must stand here"))?;
        self.pass();
        Ok(literal)
    }

    fn quoted(&mut self) -> Result<String, Fault> {
        let Some(Scalar::Text(text)) = self.scalar() else {
            return Err(self.fault("a quoted text must stand here"));
        };
        self.pass();
        Ok(text)
    }

    /// The next piece as a literal, if it is one.
    fn scalar(&self) -> Option<Scalar> {
        if let [(_, Token::Text(text)), ..] = self.tokens {
            return Some(Scalar::Text(text.clone()));
        }
        let word = self.word()?;
        match word.to_ascii_lowercase().as_str() {
            "true" => Some(Scalar::Boolean(true)),
            "false" => Some(Scalar::Boolean(false)),
            "null" => Some(Scalar::Null),
            // Read as the items' own numbers are, so that the same digits are the same number.
            _ => serde_json::from_str(word).ok().map(Scalar::Number),
        }
    }

    /// The next piece as a word, if it is one.
    fn word(&self) -> Option<&'q str> {
        match self.tokens {
            [(_, Token::Word(word)), ..] => Some(word),
            _ => None,
        }
    }

    fn is_next(&self, keyword: &str) -> bool {
        self.word().is_some_and(|word| word.eq_ignore_ascii_case(keyword))
    }

    fn pass(&mut self) {
        self.tokens = self.tokens.get(1..).unwrap_or_default();
    }

    /// A fault at the next piece.
    fn fault(&self, message: impl Into<String>) -> Fault {
        let (byte, found) = match self.tokens.first() {
            None => (self.text.len(), "the end".to_owned()),
            Some((byte, Token::Open)) => (*byte, "'('".to_owned()),
            Some((byte, Token::Close)) => (*byte, "')'".to_owned()),
            Some((byte, Token::Word(word))) => (*byte, format!("'{}'", shortened(word))),
            Some((byte, Token::Text(_))) => (*byte, "a quoted text".to_owned()),
        };
        Fault::at(self.text, byte, format!("{}, not {found}", message.into()))
    }
}

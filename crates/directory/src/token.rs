//! Bearer tokens: high entropy, shown once, kept as a hash, and naming their tenant so that a look-up touches one shard.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cardfile_model::TenantId;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{Error, Result};

/// The mark in front of every token, for scanners that look for leaked secrets.
const PREFIX: &str = "cardfile_";
const TENANT_BYTES: usize = 16;
const SECRET_BYTES: usize = 32;

/// A token as it is kept: the tenant it opens, and the SHA-256 of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token {
    /// The tenant.
    pub tenant: TenantId,
    /// SHA-256 of the whole text.
    pub hash: [u8; 32],
}

impl Token {
    /// Makes a token of 256 random bits: its text, to be shown once, and what to keep.
    ///
    /// # Errors
    /// `Internal` when the machine gives no randomness.
    pub fn make(tenant: TenantId) -> Result<(String, Token)> {
        let mut bytes = [0u8; TENANT_BYTES + SECRET_BYTES];
        bytes[..TENANT_BYTES].copy_from_slice(tenant.0.as_bytes());
        getrandom::fill(&mut bytes[TENANT_BYTES..]).map_err(|error| Error::internal(error.to_string()))?;
        let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
        let token = Token { tenant, hash: Sha256::digest(&text).into() };
        Ok((text, token))
    }

    /// Reads a token's text; `None` for anything that this directory cannot have made.
    #[must_use]
    pub fn read(text: &str) -> Option<Token> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        if bytes.len() != TENANT_BYTES + SECRET_BYTES {
            return None;
        }
        let tenant = TenantId(Uuid::from_slice(&bytes[..TENANT_BYTES]).ok()?);
        Some(Token { tenant, hash: Sha256::digest(text).into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_as_it_was_kept_and_two_are_never_equal() {
        let tenant = TenantId(Uuid::from_u128(7));
        let (text, kept) = Token::make(tenant).unwrap();
        assert_eq!(Token::read(&text), Some(kept));
        assert_ne!(Token::make(tenant).unwrap().1, kept);
    }

    #[test]
    fn foreign_and_truncated_tokens_are_not_read() {
        let (text, _) = Token::make(TenantId(Uuid::nil())).unwrap();
        for bad in ["", "cardfile_", "abc", &text[1..], &text[..text.len() - 1], &format!("{text}A")] {
            assert_eq!(Token::read(bad), None, "{bad}");
        }
    }
}

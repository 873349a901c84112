//! What the HTTP dialects share: who calls, bodies, paging, rate limits.

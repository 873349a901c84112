//! The composition root: configuration, listeners, TLS, telemetry and mounted dialects.

//! Accounts, TOTP, one-time codes, sessions, throttling; permission-typed handles.

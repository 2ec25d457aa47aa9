//! A fake OPNsense.

//! Clusters in the database: made, replaced, opened, wiped, removed.

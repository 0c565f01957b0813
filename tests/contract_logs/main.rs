//! What every source of logs from elsewhere owes: nothing lost and nothing twice, whatever breaks; what is wrong said in
//! words; the native query shown before it is sent. The other sides here are small servers shaped after the products'
//! own documentation, and programs that print what the real ones print.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

mod elastic;
mod elastic_store;
mod fetch;
mod loki;
mod loki_store;
mod otlp;
mod programs;
mod server;
mod victoria_store;
mod victorialogs;
mod world;

//! Elasticsearch and OpenSearch: an index, data stream or pattern of them, asked again and again for what is new, page by
//! page through a point in time; one-time queries with a count beforehand. Shaped after the REST APIs of Elasticsearch 7.10
//! to 9 and OpenSearch 2.4 to 3.

mod client;
mod pages;
mod source;
mod wire;

pub use client::{Client, Product};
pub use source::ElasticSource;
pub(super) use wire::Hit;

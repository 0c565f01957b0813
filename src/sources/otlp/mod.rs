//! Receives OpenTelemetry logs over HTTP on a loopback port, as the OTLP/HTTP specification says: protobuf and JSON, gzip,
//! partial success, errors as `google.rpc.Status`. Started by the registry.

mod json;
mod proto;
mod read;
mod receive;
mod source;

pub use source::OtlpSource;

"""Sends log records with the OpenTelemetry SDK and exits 0 when every batch was taken.

Arguments: the endpoint, the number of records, and "gzip" or "none".
"""

import logging
import sys

from opentelemetry._logs import set_logger_provider
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

endpoint, count, packing = sys.argv[1], int(sys.argv[2]), sys.argv[3]
resource = Resource.create({"service.name": "checkout", "deployment.environment.name": "test"})
provider = LoggerProvider(resource=resource)
set_logger_provider(provider)
compression = Compression.Gzip if packing == "gzip" else Compression.NoCompression
exporter = OTLPLogExporter(endpoint=endpoint, compression=compression, timeout=10)
provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
logger = logging.getLogger("shop.checkout")
logger.setLevel(logging.INFO)
logger.addHandler(LoggingHandler(logger_provider=provider))

tracer = TracerProvider(resource=resource).get_tracer("shop")
with tracer.start_as_current_span("pay") as span:
    for number in range(count - 1):
        logger.warning("card declined for order %d", number, extra={"order": number, "amount": 12.5, "retry": True})
    try:
        raise ValueError("no such card: ünïcödé")
    except ValueError:
        logger.exception("payment failed")
    print(f"{span.get_span_context().trace_id:032x}")

sys.exit(0 if provider.force_flush(10_000) else 1)

"""What /metrics tells (docs/gateway.md lists it); one registry per gateway, so that tests can have several."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self.sockets = Gauge("warren_sockets", "Open sockets that said hello", registry=registry)
        self.accepted = Counter("warren_sockets_accepted", "Sockets accepted", registry=registry)
        self.closed = Counter("warren_sockets_closed", "Sockets closed by us", ["code"], registry=registry)
        self.deliveries = Counter("warren_deliveries", "Events handed to sockets", registry=registry)
        self.events = Counter("warren_events", "Events received from the bus", registry=registry)
        self.repeats = Counter("warren_event_repeats", "Events dropped because they were seen", registry=registry)
        self.filled = Counter("warren_gap_events", "Events that had to be fetched from the log", registry=registry)
        self.gaps = Counter("warren_gaps", "Jumps in the position", registry=registry)
        self.position = Gauge("warren_position", "Position of the last event", registry=registry)
        self.ring_events = Gauge("warren_ring_events", "Events kept in memory for resuming", registry=registry)
        self.ring_bytes = Gauge("warren_ring_bytes", "Bytes kept in memory for resuming", registry=registry)
        self.resumes = Counter("warren_resumes", "Resumes by where they came from", ["source"], registry=registry)
        self.rpc = Histogram(
            "warren_rpc_seconds", "Calls to services", ["operation", "outcome"], buckets=SECONDS, registry=registry
        )
        self.http = Histogram(
            "warren_http_seconds", "HTTP requests", ["method", "status"], buckets=SECONDS, registry=registry
        )
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)

    def text(self) -> bytes:
        """The Prometheus text format, version 0.0.4."""
        return generate_latest(self._registry)

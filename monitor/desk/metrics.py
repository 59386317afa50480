"""/metrics in Prometheus' text format, from what the bus counts and the live shell says when it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from monitor.desk.state import Desk

OF_THE_MODEL = "asr_"
"""Figures so named are those of one model, and carry its name as a label."""


class DeskCollector(Collector):
    """Reads the desk at every scrape, so that nothing is counted twice or kept up to date for nobody."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        yield from self._status()
        yield from self._bus()
        yield GaugeMetricFamily("linewatch_sockets", "Open sockets of pages and programs", self._desk.sockets)

    def _status(self) -> Iterator[Metric]:
        status = self._desk.status()
        yield GaugeMetricFamily("linewatch_ready", "1 while calls are taken", float(status.ready))
        yield GaugeMetricFamily("linewatch_lines", "Running calls", status.lines)
        if status.capacity is not None:
            yield GaugeMetricFamily("linewatch_lines_capacity", "Calls this process takes", status.capacity)
        for name, value in sorted(status.figures.items()):
            labels = {"model": status.model or ""} if name.startswith(OF_THE_MODEL) else {}
            told = f"{name} as the live shell reports it"
            gauge = GaugeMetricFamily(f"linewatch_{name}", told, labels=list(labels))
            gauge.add_metric(list(labels.values()), float(value))
            yield gauge

    def _bus(self) -> Iterator[Metric]:
        bus = self._desk.bus
        published = CounterMetricFamily("linewatch_envelopes", "Envelopes published", labels=["type"])
        for kind, count in sorted(bus.published.items()):
            published.add_metric([kind], count)
        yield published
        alerts = CounterMetricFamily("linewatch_alerts", "Alerts raised", labels=["rule_id", "severity"])
        for labels, count in sorted(bus.alerts.items()):
            alerts.add_metric(list(labels), count)
        yield alerts
        yield CounterMetricFamily("linewatch_alerts_folded", "Alerts sent as folded, by client", self._desk.folded)
        yield CounterMetricFamily("linewatch_slow_clients", "Sockets closed because they read too slowly", bus.slow)


def registry(desk: Desk) -> CollectorRegistry:
    """A registry of the desk's own, so that two desks in one process do not meet."""
    made = CollectorRegistry()
    made.register(DeskCollector(desk))
    return made


def render(made: CollectorRegistry) -> bytes:
    return generate_latest(made)

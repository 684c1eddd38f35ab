"""Who listens: nobody, until the shell of a deployment names a tracer and a meter; then spans and numbers reach them.

OpenTelemetry's global providers are left as they are, which is deaf: whatever libraries tell of themselves, addresses
with row keys and filters among it, reaches nobody.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from opentelemetry.metrics import Meter
from opentelemetry.trace import Tracer

from shared.telemetry.catalogue import PLAN_SIZE, QUEUE_AGE, Kind, Metric

Told = Mapping[str, str]
Recorder = Callable[[float, Told], None]

BOUNDS: Mapping[str, tuple[float, ...]] = {
    PLAN_SIZE.name: (0, 1, 2, 3, 5, 10, 20, 50, 100),
    QUEUE_AGE.name: (1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400, 86400),
}
"""Where the buckets of a size end."""


@dataclass(slots=True)
class Listening:
    """Where spans and numbers go; an instrument is made when it is first used."""

    tracer: Tracer | None = None
    meter: Meter | None = None
    recorders: dict[str, Recorder] = field(default_factory=dict)


HERE = Listening()
"""This process's."""


def listen(tracer: Tracer | None, meter: Meter | None) -> None:
    """Have them told from now on; None for nobody."""
    HERE.tracer, HERE.meter, HERE.recorders = tracer, meter, {}


def tell(metric: Metric, number: float, told: Told) -> None:
    """So much more of a count, one more size, or a level as it is now."""
    if HERE.meter is None:
        return
    recorder = HERE.recorders.get(metric.name)
    if recorder is None:
        recorder = HERE.recorders[metric.name] = _recorder(HERE.meter, metric)
    recorder(number, told)


def _recorder(meter: Meter, metric: Metric) -> Recorder:
    name, unit, means = metric.name, metric.unit, metric.means
    if metric.kind is Kind.COUNT:
        return meter.create_counter(name, unit, means).add
    if metric.kind is Kind.SIZE:
        return meter.create_histogram(name, unit, means, explicit_bucket_boundaries_advisory=BOUNDS[name]).record
    return meter.create_gauge(name, unit, means).set

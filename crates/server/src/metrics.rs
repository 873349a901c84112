//! Figures for Prometheus: requests by door and operation, how long they took, and what the store and the process report.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use cardfile_directory::Store;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Upper bounds of the latency buckets, in seconds.
const BUCKETS: [f64; 14] = [0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    door: &'static str,
    operation: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    door: &'static str,
    operation: &'static str,
    status: &'static str,
}

/// The figures of one server.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Family<Asked, Histogram, fn() -> Histogram>,
    /// Connections open now.
    pub(crate) connections: Gauge,
}

impl Metrics {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        let new_histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        let (requests, connections) = (Family::default(), Gauge::default());
        let durations = Family::new_with_constructor(new_histogram);
        let mut registry = Registry::with_prefix("cardfile");
        registry.register("requests", "Requests answered, by door, operation and class of status", requests.clone());
        let help = "Time from a request's headers to the head of its answer";
        registry.register_with_unit("request_duration", help, Unit::Seconds, durations.clone());
        registry.register("connections", "Connections open now", connections.clone());
        registry.register_collector(Box::new(Gauges(store)));
        Metrics { registry, requests, durations, connections }
    }

    /// Counts one answered request.
    pub(crate) fn count(&self, door: &'static str, operation: &'static str, status: StatusCode, took: Duration) {
        self.requests.get_or_create(&Answered { door, operation, status: class(status) }).inc();
        self.durations.get_or_create(&Asked { door, operation }).observe(took.as_secs_f64());
    }

    /// All figures in the `OpenMetrics` text format.
    pub(crate) fn render(&self) -> Result<String, fmt::Error> {
        let mut page = String::new();
        text::encode(&mut page, &self.registry)?;
        Ok(page)
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}

/// What is asked for at each scrape.
struct Gauges(Arc<dyn Store>);

impl fmt::Debug for Gauges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gauges")
    }
}

impl Collector for Gauges {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let mut put = |name: &str, help: &str, value: f64| {
            let gauge = ConstGauge::new(value);
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)
        };
        for gauge in self.0.gauges() {
            put(gauge.name, gauge.help, gauge.value)?;
        }
        match resident_kib() {
            Some(kib) => put("resident_memory_bytes", "Memory of this process in RAM", kib * 1024.0),
            None => Ok(()),
        }
    }
}

/// Memory of this process in RAM; `None` where the system does not tell it this way.
fn resident_kib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

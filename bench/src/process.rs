//! What a process takes of the machine, as `/proc` tells it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// Longer than any merging after a load takes.
const PATIENCE: Duration = Duration::from_mins(2);
/// The kernel counts processor time in these.
const TICK: Duration = Duration::from_millis(10);

/// A process.
#[derive(Debug, Clone)]
pub struct Process(String);

impl Process {
    /// The one of this id.
    #[must_use]
    pub fn of(id: u32) -> Self {
        Process(format!("/proc/{id}"))
    }

    /// This one.
    #[must_use]
    pub fn this() -> Self {
        Process("/proc/self".to_owned())
    }

    fn read(&self, name: &str) -> Result<String> {
        let path = format!("{}/{name}", self.0);
        std::fs::read_to_string(&path).with_context(|| format!("{path} cannot be read"))
    }

    /// What stands behind a name in one of its files.
    fn line(&self, file: &str, name: &str) -> Result<String> {
        let text = self.read(file)?;
        let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        Ok(found.with_context(|| format!("{file} has no {name}"))?.trim().to_owned())
    }

    /// Memory in use, in MiB.
    ///
    /// # Errors
    /// When `/proc` does not tell.
    pub fn memory_mib(&self) -> Result<f64> {
        let kib: f64 = self.line("status", "VmRSS")?.trim_end_matches(" kB").parse()?;
        Ok(kib / 1024.0)
    }

    /// The most memory in use so far, in MiB.
    ///
    /// # Errors
    /// When `/proc` does not tell.
    pub fn peak_mib(&self) -> Result<f64> {
        let kib: f64 = self.line("status", "VmHWM")?.trim_end_matches(" kB").parse()?;
        Ok(kib / 1024.0)
    }

    /// Bytes handed to `write` so far, whatever for.
    ///
    /// # Errors
    /// When `/proc` does not tell.
    pub fn written(&self) -> Result<usize> {
        Ok(self.line("io", "wchar")?.parse()?)
    }

    /// Processor time used so far, in steps of a hundredth of a second.
    ///
    /// # Errors
    /// When `/proc` does not tell.
    pub fn processor_time(&self) -> Result<Duration> {
        let stat = self.read("stat")?;
        let (_, rest) = stat.rsplit_once(')').context("stat has no name")?;
        let ticks: u64 = rest.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        Ok(TICK * u32::try_from(ticks)?)
    }

    /// Waits until it has done next to nothing for half a second, as when the merging after a load is done. Answers how long
    /// it was busy.
    ///
    /// # Errors
    /// When `/proc` does not tell.
    pub fn settle(&self) -> Result<Duration> {
        let start = Instant::now();
        let (mut before, mut quiet, mut busy) = (self.processor_time()?, 0, Duration::ZERO);
        while quiet < 5 && start.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(100));
            let now = self.processor_time()?;
            if now <= before + TICK {
                quiet += 1;
            } else {
                (quiet, busy) = (0, start.elapsed());
            }
            before = now;
        }
        Ok(busy)
    }
}

/// Processor time this thread used so far.
///
/// # Errors
/// When `/proc` does not tell.
pub fn thread_time() -> Result<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").context("schedstat cannot be read")?;
    Ok(Duration::from_nanos(text.split_whitespace().next().context("schedstat is empty")?.parse()?))
}

/// How many processes wanted a processor lately: over one, five and fifteen minutes.
#[must_use]
pub fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_tells_of_itself() {
        let this = Process::this();
        assert!(this.memory_mib().unwrap() > 0.0 && this.peak_mib().unwrap() > 0.0);
        assert!(this.processor_time().is_ok() && this.written().is_ok());
        assert!(!load_average().is_empty());
    }
}

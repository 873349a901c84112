//! The background removal of what is older than the retention term.

use std::sync::Arc;
use std::time::Duration;

use cardfile_directory::Directory;

/// Removes in slices while there is something to remove, then rests; for ever.
pub(crate) async fn run(directory: Arc<Directory>, interval: Duration) {
    loop {
        let mut people = 0;
        loop {
            match directory.purge().await {
                Ok(report) if report.people == 0 => break,
                Ok(report) => people += report.people,
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "purging failed; it is tried again");
                    break;
                }
            }
        }
        if people > 0 {
            tracing::info!(people, "purged what was in the trash longer than the retention term");
        }
        tokio::time::sleep(interval).await;
    }
}

//! Standbys, which follow a cluster.

use crate::binaries::succeed;
use crate::cluster::{Cluster, free_port};

impl Cluster {
    /// A cluster of its own that follows this one by streaming, made with `pg_basebackup -R`. It listens on TCP too if this one
    /// does. Its name, for `synchronous_standby_names`, is `standby`; whether commits wait for it is up to the caller.
    ///
    /// # Panics
    ///
    /// If it cannot be made, or does not start.
    #[must_use]
    pub fn standby(&self) -> Self {
        let standby = Self::prepare(self.binaries.clone(), self.tcp_port.map(|_| free_port()));
        let mut copy = self.command("pg_basebackup");
        copy.args(["-R", "-X", "stream", "-c", "fast", "--no-sync", "-d", &self.socket_url("postgres"), "-D"]);
        succeed(copy.arg(standby.data()));
        standby.configure(&[("cluster_name", "standby")]);
        standby.start();
        standby
    }

    /// Ends a standby's following: it takes writes from now on.
    ///
    /// # Panics
    ///
    /// If it is not a standby, or is not done within a minute.
    pub fn promote(&self) {
        succeed(&mut self.control("promote"));
    }
}

//! Servers on a database of their own, and all that may go wrong with it: what was acknowledged is there afterwards, nothing is
//! there by half, callers are told meanwhile to come back later, and the servers go on by themselves.

mod disk;
mod failover;
mod harness;
mod kill;
mod load;
mod network;
mod outage;
mod peers;
mod pooler;
mod proxy;
mod purgers;

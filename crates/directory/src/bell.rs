//! Who waits for something to change.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use cardfile_model::TenantId;
use futures_channel::oneshot::{self, Receiver, Sender};

/// Wakes whoever waits for a change of a tenant by this process.
#[derive(Debug, Default)]
pub(crate) struct Bell(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    tenants: HashMap<TenantId, Vec<Sender<()>>>,
    is_closed: bool,
}

impl Bell {
    /// What ends with the next change of a tenant, and at once when nobody is to wait any more. To be asked for before it is looked
    /// whether anything changed.
    pub(crate) fn listen(&self, tenant: TenantId) -> Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !waiting.is_closed {
            let heard = waiting.tenants.entry(tenant).or_default();
            heard.retain(|sender| !sender.is_canceled());
            heard.push(sender);
        }
        receiver
    }

    /// Wakes those who wait for a tenant.
    pub(crate) fn ring(&self, tenant: TenantId) {
        // Who waits hears that the sender is gone.
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).tenants.remove(&tenant));
    }

    /// Wakes everyone, now and from now on.
    pub(crate) fn close(&self) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.is_closed = true;
        waiting.tenants.clear();
    }

    /// Whether nobody is to wait any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_closed
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn tenant(n: u128) -> TenantId {
        TenantId(Uuid::from_u128(n))
    }

    fn is_woken(receiver: &mut Receiver<()>) -> bool {
        receiver.try_recv().is_err()
    }

    #[test]
    fn who_waits_for_a_tenant_is_woken_by_it_and_by_no_other() {
        let bell = Bell::default();
        let (mut first, mut second) = (bell.listen(tenant(1)), bell.listen(tenant(2)));
        bell.ring(tenant(1));
        assert!(is_woken(&mut first) && !is_woken(&mut second));
        assert!(!is_woken(&mut bell.listen(tenant(1))), "who comes later waits for the next change");
    }

    #[test]
    fn those_who_left_are_forgotten() {
        let bell = Bell::default();
        (0..100).for_each(|_| drop(bell.listen(tenant(1))));
        let _kept = bell.listen(tenant(1));
        assert_eq!(bell.0.lock().unwrap().tenants[&tenant(1)].len(), 1);
    }

    #[test]
    fn nobody_waits_at_a_closed_bell() {
        let bell = Bell::default();
        let mut early = bell.listen(tenant(1));
        bell.close();
        assert!(bell.is_closed() && is_woken(&mut early) && is_woken(&mut bell.listen(tenant(2))));
    }
}

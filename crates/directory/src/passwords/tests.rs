use std::sync::mpsc::channel;

use super::*;

#[test]
fn a_password_fits_its_own_hash_only() {
    let (first, second) = (hash("correct horse").unwrap(), hash("correct horse").unwrap());
    assert_ne!(first, second, "each has a salt of its own");
    assert!(first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{first}");
    let hashes = [first, hash("other").unwrap(), second];
    assert_eq!(fitting("correct horse", &hashes).unwrap(), [0, 2]);
    assert_eq!(fitting("Correct horse", &hashes).unwrap(), [0; 0]);
}

#[test]
fn nobody_is_as_costly_as_somebody() {
    let cost = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
    let real = hash("a").unwrap();
    assert_eq!(cost(NOBODY), cost(&real));
    assert_eq!(NOBODY.len(), real.len());
    assert_eq!(fitting("", &[]).unwrap(), [0; 0]);
}

#[test]
fn what_is_no_hash_is_our_fault() {
    assert!(matches!(fits("a", "$argon2id$"), Err(Error::Internal(_))));
}

#[test]
fn made_passwords_are_long_and_never_equal() {
    let (first, second) = (make().unwrap(), make().unwrap());
    assert_ne!(first, second);
    assert!(first.len() == MADE_CHARS && first.bytes().all(|byte| ALPHABET.contains(&byte)), "{first}");
}

#[tokio::test]
async fn who_comes_when_too_many_wait_is_turned_away() {
    let pool = Arc::new(Pool::new(1, 1));
    let (began, has_begun) = channel();
    let (release, released) = channel::<()>();
    let busy = tokio::spawn({
        let pool = Arc::clone(&pool);
        async move {
            let work = move || {
                began.send(()).unwrap();
                released.recv().map_err(Error::internal)
            };
            pool.run(work).await
        }
    });
    tokio::task::spawn_blocking(move || has_begun.recv().unwrap()).await.unwrap();
    let (mut waiting, mut late) = (Box::pin(pool.run(|| Ok(2))), Box::pin(pool.run(|| Ok(3))));
    assert!(is_pending(waiting.as_mut()).await);
    let refused = late.as_mut().await;
    assert!(matches!(refused, Err(Error::Unavailable { reason: Reason::Overloaded, .. })), "{refused:?}");
    release.send(()).unwrap();
    busy.await.unwrap().unwrap();
    assert_eq!(waiting.await.unwrap(), 2);
}

async fn is_pending<T>(mut future: std::pin::Pin<&mut impl Future<Output = T>>) -> bool {
    std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context).is_pending())).await
}

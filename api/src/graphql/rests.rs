//! When a request's batch loads go out: when it rests, since then all of it that could run has said what it needs. To wait
//! for the next turn of the runtime instead is not enough: lists give way after two items that want to go on at once, so
//! that a load would go out for two of fifty.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Wake, Waker},
};

use tokio::sync::watch;

/// The moments at which a request rests: nothing of it can go on before something else has happened. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Rests(watch::Sender<()>);

impl Rests {
    /// Runs the request, and tells of its rests.
    pub async fn of<F: Future>(&self, request: F) -> F::Output {
        let mut request = pin!(request);
        poll_fn(|cx| {
            let woken = Arc::new(Woken { is: AtomicBool::new(false), whose: cx.waker().clone() });
            let waker = Waker::from(Arc::clone(&woken));
            let polled = request.as_mut().poll(&mut Context::from_waker(&waker));
            if polled.is_pending() && !woken.is.load(Ordering::Acquire) {
                self.0.send_replace(());
            }
            polled
        })
        .await
    }

    /// Runs something when the request rests the next time; not at all where it ends before.
    pub fn then<F: Future<Output = ()>>(&self, run: F) -> impl Future<Output = ()> + use<F> {
        let mut rests = self.0.subscribe();
        async move {
            if rests.changed().await.is_ok() {
                run.await;
            }
        }
    }
}

/// Wakes who runs the request, and notes it.
struct Woken {
    is: AtomicBool,
    whose: Waker,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is.store(true, Ordering::Release);
        self.whose.wake_by_ref();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Mutex, task::Poll};

    use super::*;

    /// As a list does that has gone on for long: wants to go on at once.
    async fn give_way() {
        let mut given = false;
        poll_fn(|cx| {
            if given {
                return Poll::Ready(());
            }
            given = true;
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    #[tokio::test]
    async fn what_waits_for_a_rest_runs_after_all_that_can_run() {
        let (rests, told) = (Rests::default(), Arc::new(Mutex::new(Vec::new())));
        let tell = |what: &'static str| told.lock().unwrap().push(what);
        let (loaded, mut load) = watch::channel(());
        rests
            .of(async {
                let later = Arc::clone(&told);
                tokio::spawn(rests.then(async move {
                    later.lock().unwrap().push("load");
                    loaded.send_replace(());
                }));
                for _ in 0..3 {
                    tell("request");
                    give_way().await;
                }
                load.changed().await.unwrap();
            })
            .await;
        assert_eq!(*told.lock().unwrap(), ["request", "request", "request", "load"]);
    }

    #[tokio::test]
    async fn what_waits_for_a_rest_is_given_up_with_the_request() {
        let rests = Rests::default();
        let waits = rests.then(async { panic!("nobody waits for it") });
        drop(rests);
        waits.await;
    }
}

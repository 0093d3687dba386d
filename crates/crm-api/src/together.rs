//! What is asked for at the same moment is done by one statement.
//!
//! Under load the way to the database and back, and a commit, cost more than what is done there: they are shared.

use std::future::Future;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, oneshot};

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// As many wait as may.
    #[error("too many wait already")]
    Full,
    /// The process ends.
    #[error("stopping")]
    Stopping,
}

/// How much is done at once.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Statements under way at once: while one is answered, the next gathers.
    pub runners: usize,
    /// Questions that one statement answers.
    pub together: usize,
    /// Questions that may wait.
    pub waiting: usize,
}

/// A question, and where its answer goes.
type Asked<Q, A> = (Q, oneshot::Sender<A>);

/// A queue before runners that answer all that gathered while they were away.
#[derive(Debug)]
pub struct Together<Q, A>(mpsc::Sender<Asked<Q, A>>);

impl<Q, A> Clone for Together<Q, A> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<Q: Send + 'static, A: Send + 'static> Together<Q, A> {
    /// Starts the runners, which end when the last clone is dropped. `run` gives an answer to each question, in their order.
    pub fn start<F>(bounds: Bounds, run: impl Fn(Vec<Q>) -> F + Clone + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Vec<A>> + Send + 'static,
    {
        let (queue, receiver) = mpsc::channel(bounds.waiting);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..bounds.runners {
            tokio::spawn(answer(receiver.clone(), bounds.together, run.clone()));
        }
        Self(queue)
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// When nobody will answer.
    pub async fn ask(&self, question: Q) -> Result<A, Unanswered> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send((question, answer)).map_err(|_| Unanswered::Full)?;
        answered.await.map_err(|_| Unanswered::Stopping)
    }
}

async fn answer<Q, A, F: Future<Output = Vec<A>>>(
    receiver: Arc<Mutex<mpsc::Receiver<Asked<Q, A>>>>,
    together: usize,
    run: impl Fn(Vec<Q>) -> F,
) {
    let mut waiting = Vec::with_capacity(together);
    while receiver.lock().await.recv_many(&mut waiting, together).await > 0 {
        let (questions, askers): (Vec<Q>, Vec<_>) = waiting.drain(..).unzip();
        for (asker, answer) in askers.into_iter().zip(run(questions).await) {
            // Who does not wait any more needs no answer.
            let _ = asker.send(answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use tokio::sync::Semaphore;

    const BOUNDS: Bounds = Bounds { runners: 1, together: 100, waiting: 3 };

    #[tokio::test]
    async fn those_who_waited_share_a_run_and_each_gets_their_own_answer() {
        let (entered, mut runs) = mpsc::unbounded_channel();
        let gate = Arc::new(Semaphore::new(0));
        let permits = gate.clone();
        let doubled = Together::start(BOUNDS, move |numbers: Vec<u32>| {
            entered.send(numbers.len()).unwrap();
            let permits = permits.clone();
            async move {
                permits.acquire().await.unwrap().forget();
                numbers.iter().map(|number| 2 * number).collect()
            }
        });
        let first = tokio::spawn({
            let doubled = doubled.clone();
            async move { doubled.ask(1).await }
        });
        assert_eq!(runs.recv().await, Some(1));
        // The runner is away; the others gather, one more than may wait.
        let others = join_all([2, 3, 4, 5].map(|number| doubled.ask(number)));
        let (others, ()) = tokio::join!(others, async { gate.add_permits(2) });
        assert_eq!(first.await.unwrap(), Ok(2));
        assert_eq!(others, [Ok(4), Ok(6), Ok(8), Err(Unanswered::Full)]);
        assert_eq!(runs.recv().await, Some(3));
    }

    #[tokio::test]
    async fn a_run_that_dies_leaves_nobody_waiting() {
        let dying = Together::start(BOUNDS, |_: Vec<()>| async { panic!("dies") as Vec<()> });
        assert_eq!(dying.ask(()).await, Err(Unanswered::Stopping));
    }
}

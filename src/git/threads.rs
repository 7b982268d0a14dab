//! Work that several threads do side by side, each with the objects open for itself.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::Builder;

use super::objects::{Objects, Store};
use super::{Error, Repo};

/// The most threads.
const MAX_THREADS: usize = 8;
/// How many pieces of work make one more thread worth its while.
const WORTH: usize = 2;
/// How often a thread comes back for more: what lies together is best read by one.
const TURNS: usize = 8;

/// Does one piece of work, which is known by its number.
type Work<'a, T> = &'a (dyn Fn(&Store<'_>, usize) -> Result<T, Error> + Sync);

impl Repo {
    /// Does so many pieces of work and returns what came of each, in order.
    ///
    /// An error anywhere is an error: the one of the first piece that failed, whichever thread came upon it.
    pub(super) fn side_by_side<T: Send>(&self, count: usize, work: Work<'_, T>) -> Result<Vec<T>, Error> {
        let threads = threads(count);
        let queue = Queue {
            count,
            taken: (count / (threads * TURNS)).max(1),
            next: AtomicUsize::new(0),
            failed: AtomicUsize::new(usize::MAX),
        };
        let mut others = self.more_objects(threads - 1)?;
        let parts = std::thread::scope(|scope| {
            let mut workers = Vec::new();
            for objects in &mut others {
                let queue = &queue;
                // Where no more threads may be made, there is as much to do for those that are.
                workers.extend(Builder::new().spawn_scoped(scope, move || queue.work(objects, work)));
            }
            let mut parts = vec![Ok(queue.work(&self.objects, work))];
            parts.extend(workers.into_iter().map(std::thread::ScopedJoinHandle::join));
            parts
        });
        self.spare.borrow_mut().append(&mut others);
        let mut all = Vec::with_capacity(count);
        for part in parts {
            all.extend(part.map_err(|_panic| Error::new("a thread that reads files has crashed"))??);
        }
        all.sort_unstable_by_key(|(at, _)| *at);
        all.into_iter().map(|(_, result)| result).collect()
    }
}

/// Returns how many threads are worth their while.
fn threads(count: usize) -> usize {
    let wanted = MAX_THREADS.min(count / WORTH).max(1);
    // To ask takes reading half a dozen files.
    if wanted == 1 { 1 } else { std::thread::available_parallelism().map_or(1, usize::from).min(wanted) }
}

/// What came of a piece of work, and which one it was.
type Done<T> = (usize, Result<T, Error>);

/// The work that threads take from.
struct Queue {
    count: usize,
    /// How many pieces are taken at a time.
    taken: usize,
    next: AtomicUsize,
    /// The first piece that failed; nothing behind it matters any more.
    failed: AtomicUsize,
}

impl Queue {
    /// Takes work until there is none.
    fn work<T>(&self, objects: &Objects, work: Work<'_, T>) -> Result<Vec<Done<T>>, Error> {
        let store = objects.store()?;
        let mut done = Vec::new();
        loop {
            let first = self.next.fetch_add(self.taken, Ordering::Relaxed);
            if first >= self.count {
                return Ok(done);
            }
            for at in first..self.count.min(first + self.taken) {
                if at > self.failed.load(Ordering::Relaxed) {
                    return Ok(done);
                }
                let result = work(&store, at);
                if result.is_err() {
                    self.failed.fetch_min(at, Ordering::Relaxed);
                }
                done.push((at, result));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::ObjectId;
    use crate::support::TestRepo;

    #[test]
    fn every_thread_sees_borrowed_and_quarantined_objects() {
        let test = TestRepo::new();
        let names: Vec<_> = (0..200).map(|n| n.to_string()).collect();
        let files: Vec<_> = names.iter().map(|name| (name.as_str(), name.as_str())).collect();
        test.commit_files(&files, "many");
        let tree = ObjectId::parse(&test.rev("HEAD:"));
        let count = |repo: &Repo| repo.each_file(&repo.compare(None, tree)?, &|file| file.hunks.len());
        let borrower = test.cloned(&["--shared", "--bare"]);
        assert_eq!(count(&Repo::open(borrower.path()).unwrap()).unwrap().len(), 200);
        let receiver = TestRepo::bare();
        let mut repo = Repo::open(receiver.path()).unwrap();
        assert!(count(&repo).is_err());
        repo.add_objects(&test.path().join(".git/objects")).unwrap();
        assert_eq!(count(&repo).unwrap().len(), 200);
    }

    #[test]
    fn results_are_in_order_and_the_first_error_is_the_one() {
        let test = TestRepo::new();
        let repo = Repo::open(test.path()).unwrap();
        assert_eq!(repo.side_by_side(1_000, &|_, at| Ok(at)).unwrap(), (0..1_000).collect::<Vec<_>>());
        let fails = |_: &Store<'_>, at: usize| {
            if at % 100 == 99 { Err(Error::new(at.to_string())) } else { Ok(()) }
        };
        assert_eq!(repo.side_by_side(1_000, &fails).unwrap_err().message, "99");
        assert!(repo.side_by_side(0, &fails).unwrap().is_empty());
    }
}

//! Shares work that is alike among the machine's cores.

/// Does the same with each of many things, with as many threads as the machine has cores; the results are in order.
pub fn on_all_cores<T: Sync, R: Send>(all: &[T], make: impl Fn(&T) -> R + Sync) -> Vec<R> {
    /// Fewer than these are done before a thread has begun.
    const FEW: usize = 16;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    if threads == 1 || all.len() < FEW {
        return all.iter().map(make).collect();
    }
    let make = &make;
    std::thread::scope(|scope| {
        let parts = all.chunks(all.len().div_ceil(threads));
        let at_work: Vec<_> = parts
            .map(|part| scope.spawn(move || part.iter().map(make).collect::<Vec<R>>()))
            .collect();
        let ended = at_work.into_iter().map(|part| {
            part.join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        ended.flatten().collect()
    })
}

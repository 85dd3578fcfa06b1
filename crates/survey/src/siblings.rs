//! Tells of routes that nothing guards though nearly all that stand beside them are guarded.

use crate::findings::{Route, RouteOrigin};

/// Routes beside one below which a share tells nothing.
const FEWEST: usize = 3;
/// A group that holds more than this share of all routes, in hundredths, is no group.
const LARGEST_SHARE: usize = 60;

/// The routes beside a route without a guard, and how many of them have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Siblings {
    /// Those with a guard.
    pub guarded: usize,
    /// All.
    pub all: usize,
}

/// Returns the routes beside one that has no guard, where at least four of five have one: those of
/// its file, or else those below the path that it has in common with them.
pub fn guarded_siblings(routes: &[Route], route: &Route) -> Option<Siblings> {
    if !route.guards.is_empty() || route.origin == RouteOrigin::Library {
        return None;
    }
    let others = |is_beside: &dyn Fn(&Route) -> bool| {
        let is_other = |other: &&Route| other.path != route.path || other.handler != route.handler;
        let beside: Vec<&Route> = routes
            .iter()
            .filter(is_other)
            .filter(|other| is_beside(other))
            .collect();
        let guarded = beside.iter().filter(|other| !other.guards.is_empty());
        Siblings {
            guarded: guarded.count(),
            all: beside.len(),
        }
    };
    let tells =
        |siblings: &Siblings| siblings.all >= FEWEST && siblings.guarded * 5 >= siblings.all * 4;
    let of_file = others(&|other| other.file == route.file);
    if tells(&of_file) {
        return Some(of_file);
    }
    let parts: Vec<&str> = path_segments(&route.path).collect();
    let of_path = (1..parts.len().max(1)).map(|length| {
        others(&|other| {
            let mut own = path_segments(&other.path);
            parts[..length].iter().all(|part| own.next() == Some(part))
        })
    });
    of_path
        .into_iter()
        .find(|siblings| siblings.all * 100 <= routes.len() * LARGEST_SHARE)
        .filter(tells)
}

fn path_segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

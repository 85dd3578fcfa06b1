//! Finds routes that nothing guards though nearly all that stand beside them are guarded.
//!
//! ```text
//! GET  /orders        login_required     orders.py
//! POST /orders        login_required     orders.py
//! GET  /orders/{id}   login_required     orders.py
//! GET  /orders/all    none               orders.py     3 of the 3 beside it are guarded
//! ```

use crate::findings::{Route, RouteOrigin};

/// The least routes beside one: a share of fewer says nothing.
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
///
/// Returns none for a route that has a guard or is a library's, and where too few beside it are guarded. Of the paths
/// in common the shortest is taken whose group is within `LARGEST_SHARE`.
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

/// Returns the parts of a path: `/orders/{id}` has `orders` and `{id}`.
fn path_segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

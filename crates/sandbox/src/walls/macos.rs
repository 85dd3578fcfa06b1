//! To come.

use super::{Site, Standing};

pub(super) fn build(_: &Site<'_>) -> Result<Standing, String> {
    Err("not built yet".into())
}

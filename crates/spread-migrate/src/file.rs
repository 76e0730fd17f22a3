//! One file of the shop.

use std::path::PathBuf;

use crate::php::Php;

pub(crate) struct File {
    /// As it is shown: the directory of the command line, and the path below it.
    pub(crate) path: PathBuf,
    pub(crate) php: Php,
}

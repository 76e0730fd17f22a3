//! The program, run on shops of one snippet each: `replaced/` and `left/`, and on what is made of these.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod changes;
mod files;
mod manual;
mod mutations;
mod output;
mod shops;
mod snippets;

//! The program, run on shops of one snippet each: `replaced/` and `left/`, and on what is made of these.

mod changes;
mod files;
mod mutations;
mod output;
mod shops;
mod snippets;

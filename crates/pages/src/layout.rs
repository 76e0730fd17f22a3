//! The frame of every page, and the files it needs.

use axum::Router;
use axum::http::{Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use maud::{DOCTYPE, Markup, html};

use crate::language::Language;
use crate::parameters::Parameters;
use crate::site::Site;

const STYLE: &str = include_str!("../assets/style.css");
const SCRIPT: &str = include_str!("../assets/page.js");
const ICON: &str = include_str!("../assets/icon.svg");

/// One page.
pub struct Page<'p> {
    pub site: &'p Site,
    pub language: Language,
    /// Its own address, which the links to the other language keep.
    pub uri: &'p Uri,
    pub title: &'p str,
    /// The state in a line. A screen reader says it when it changes.
    pub summary: &'p str,
    /// The part that stays as it is: forms that a reader may be filling in.
    pub fixed: Markup,
    /// The part that changes.
    pub live: Markup,
}

impl Page<'_> {
    #[must_use]
    pub fn render(self) -> Response {
        let Self {
            site,
            language,
            uri,
            title,
            summary,
            fixed,
            live,
        } = self;
        let query = Parameters::read(uri.query().unwrap_or_default().as_bytes());
        let page = html! {
            (DOCTYPE)
            html lang=(language.code()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) " · " (site.name) }
                    link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                    link rel="stylesheet" href="/assets/style.css";
                    script src="/assets/page.js" defer {}
                }
                body data-live="/live" {
                    a.skip href="#main" { (language.of("Skip to the content", "Aller au contenu")) }
                    header {
                        a.name href="/" { (site.name) }
                        p #connection hidden
                            data-on=(language.of("live", "en direct"))
                            data-off=(language.of("disconnected", "déconnecté")) {}
                        nav aria-label=(language.of("Language", "Langue")) {
                            @for other in Language::ALL {
                                a href=(query.with("lang", other.code())) lang=(other.code())
                                    hreflang=(other.code())
                                    aria-current=[(other == language).then_some("true")] {
                                    (other.name())
                                }
                            }
                        }
                    }
                    main #main tabindex="-1" {
                        h1 { (title) }
                        (fixed)
                        p.hidden #news role="status" {}
                        div #live data-summary=(summary) { (live) }
                    }
                }
            }
        };
        Html(page.into_string()).into_response()
    }

    /// The routes of the files that every page needs.
    pub fn assets<S: Clone + Send + Sync + 'static>() -> Router<S> {
        let file = |kind: &'static str, text: &'static str| {
            get(move || async move { ([(header::CONTENT_TYPE, kind)], text) })
        };
        Router::new()
            .route("/assets/style.css", file("text/css; charset=utf-8", STYLE))
            .route(
                "/assets/page.js",
                file("text/javascript; charset=utf-8", SCRIPT),
            )
            .route("/assets/icon.svg", file("image/svg+xml", ICON))
    }
}

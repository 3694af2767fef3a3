//! Links and pictures: where they lead, and whether it is there.
//!
//! A link leads to a page of the book, to a heading or another anchor of a page, to a file of the book's source, or to
//! what is generated beside the book. Addresses of the web are only collected: whether they answer is not the book's doing.
//! Pages and anchors are those that mdBook makes: `README.md` is `index.html`, and a page that `SUMMARY.md` only plans is
//! none.
//!
//! - `page`: the links and anchors of one page; `html`: those in raw HTML; `ids`: the ids of headings
//! - `broken`: references that nothing defines
//! - `target`: what an address leads to

mod broken;
pub(crate) mod html;
mod ids;
mod page;
mod target;

use mdbook_driver::config::Config;

use crate::error::Place;
use crate::finding::{Code, Finding};
use crate::lines::Lines;
use crate::nearest;
use crate::pages::{Book, Page};
use page::{Link, Linked};
use target::{Address, Found, Kind, Site};

/// What the links of a book lead to.
#[derive(Debug, Default)]
pub struct Links {
    /// The links that lead nowhere, and the pictures that are not there or say nothing.
    pub findings: Vec<Finding>,
    /// The links that lead out of the book, to `http` and `https` addresses, in the book's order.
    pub external: Vec<(Place, String)>,
}

/// Follows every link of the book. `generated` are files and folders (`explorer/`) that are beside the book's pages
/// though its source does not have them.
#[must_use]
pub fn check(book: &Book, generated: &[&str]) -> Links {
    // The book could be loaded, so its configuration can be read.
    let config = Config::from_disk(book.root().join("book.toml")).unwrap_or_default();
    let source = config.book.src.to_string_lossy().replace('\\', "/");
    let below = |page: &Page| {
        let path = page.path();
        path.strip_prefix(&source).map_or(path, |below| below.trim_start_matches('/')).to_owned()
    };
    let smart = config.html_config().is_none_or(|html| html.smart_punctuation);
    let options = |page: &Page| {
        let mut options = page.markdown_options();
        options.smart_punctuation = smart;
        options
    };
    let read = |page: &Page| page::read(page.text(), &options(page));
    let site =
        Site::new(book.root().join(&config.book.src), book.pages().iter().map(below).collect(), &config, generated);
    let broken = book.pages().iter().map(|page| broken::references(page, &options(page))).collect();
    let checker = Checker { book, site, linked: book.pages().iter().map(read).collect(), broken };
    checker.run()
}

struct Checker<'a> {
    book: &'a Book,
    site: Site<'a>,
    linked: Vec<Linked>,
    broken: Vec<Vec<Finding>>,
}

impl Checker<'_> {
    fn run(mut self) -> Links {
        let broken = std::mem::take(&mut self.broken);
        let mut links = Links::default();
        for (number, ((page, linked), broken)) in self.book.pages().iter().zip(&self.linked).zip(broken).enumerate() {
            let (lines, first) = (Lines::of(page.text()), links.findings.len());
            links.findings.extend(broken);
            for link in &linked.links {
                self.follow(number, link, page.place(lines.at(link.offset)), &mut links);
            }
            if let Some(of_page) = links.findings.get_mut(first..) {
                of_page.sort_by_key(|finding| finding.place.line);
            }
        }
        links
    }

    fn follow(&self, number: usize, link: &Link, place: Place, links: &mut Links) {
        let target = &link.target;
        if link.alt.as_ref().is_some_and(|alt| alt.trim().is_empty()) {
            links.findings.push(Finding::new(
                Code::BadImage,
                place.clone(),
                format!("the picture `{target}` has no text for those who can't see it"),
                "write what it shows between the square brackets, or as `alt`",
            ));
        }
        let folder =
            self.site.pages().nth(number).and_then(|page| page.rsplit_once('/')).map_or("", |(folder, _)| folder);
        match target::kind(target, folder) {
            Kind::External(address) => links.external.push((place, address)),
            Kind::Other => {}
            Kind::Outside => links.findings.push(Finding::new(
                self.code(link),
                place,
                format!("`{target}` leads out of the book's source"),
                "link to a page of the book, or to the file's address on the web",
            )),
            Kind::Within(address) => links.findings.extend(self.within(number, folder, link, address, place)),
        }
    }

    fn within(&self, number: usize, folder: &str, link: &Link, address: Address, place: Place) -> Option<Finding> {
        let target = &link.target;
        let found = address.path.as_deref().map_or(Found::Page(number), |path| self.site.find(path));
        match found {
            Found::File => None,
            Found::Page(_) if link.alt.is_some() => Some(self.dead(link, place, "is a page and no picture", "")),
            Found::Page(page) => self.anchor(page, target, &address.anchor?, place),
            Found::Renamed(right) => {
                let right = relative(folder, &right);
                let help = format!("mdBook makes `index.html` of a README: link to `{right}`");
                Some(Finding::new(self.code(link), place, format!("`{target}` will not be there"), help))
            }
            Found::Nothing => {
                let nearest = match link.alt {
                    Some(_) => None,
                    None => nearest::nearest(address.path.as_deref().unwrap_or_default(), self.site.pages()),
                };
                let nearest = nearest.map(|page| relative(folder, page)).unwrap_or_default();
                Some(self.dead(link, place, "leads nowhere", &nearest))
            }
        }
    }

    fn anchor(&self, page: usize, target: &str, anchor: &str, place: Place) -> Option<Finding> {
        let anchors = &self.linked.get(page)?.anchors;
        if anchor.is_empty() || anchors.contains(anchor) {
            return None;
        }
        let path = self.book.pages().get(page)?.path();
        Some(Finding::new(
            Code::DeadAnchor,
            place,
            format!("`{target}` names an anchor that {path} does not have"),
            nearest::help("name a heading of that page", anchor, anchors.iter().map(String::as_str)),
        ))
    }

    fn dead(&self, link: &Link, place: Place, what: &str, nearest: &str) -> Finding {
        let help = match (&link.alt, nearest) {
            (Some(_), _) => "put the picture into the book's source, or mend the path".to_owned(),
            (None, "") => "link to a page that SUMMARY.md has, or to a file of the book's source".to_owned(),
            (None, nearest) => format!("link to a page that SUMMARY.md has (nearest: `{nearest}`)"),
        };
        Finding::new(self.code(link), place, format!("`{}` {what}", link.target), help)
    }

    fn code(&self, link: &Link) -> Code {
        if link.alt.is_some() { Code::BadImage } else { Code::DeadLink }
    }
}

/// A path of the book's source as a link on a page in `folder` writes it.
fn relative(folder: &str, path: &str) -> String {
    let (mut from, mut to): (Vec<&str>, Vec<&str>) = (folder.split('/').collect(), path.split('/').collect());
    from.retain(|part| !part.is_empty());
    let same = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    to.drain(..same);
    format!("{}{}", "../".repeat(from.len() - same), to.join("/"))
}

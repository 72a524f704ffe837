//! One HTML file that a reader opens, understands and prints, without a network.
//!
//! A [`Report`] says what stands in it: sections of text, key figures, tables and charts. Charts are the same [`Figure`]s as
//! those in files, made interactive by a short script inside the page: values under the pointer, zoom by dragging, names
//! that switch curves on and off. Everything is inside the file; a content-security policy forbids it to load anything.
//!
//! Texts are plain, with `**strong**`, `` `code` ``, `_{sub}`, `^{super}`, empty lines between paragraphs, and lines that
//! start with `- ` as lists. All else, including anything that looks like HTML, is shown as written.

mod chart;
mod encode;
mod fallback;
mod markup;
mod page;
mod table;

pub use table::{Best, Cell, Column, Table};

use crate::figure::Figure;

/// A whole report.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Report {
    /// Heading of the page and name of the browser's tab.
    pub title: String,
    /// What a reader in a hurry should take away.
    pub summary: String,
    /// Parts of the page, in order.
    pub sections: Vec<Section>,
    /// Small print at the end: what made this report, from which inputs.
    pub footer: String,
}

/// One part of a report under its own heading.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Section {
    /// The heading.
    pub heading: String,
    /// What stands under it, in order.
    pub blocks: Vec<Block>,
}

/// One thing in a section.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// Paragraphs and lists.
    Text(String),
    /// A text that must not be overlooked.
    Notice(String),
    /// Key figures side by side.
    Tiles(Vec<Tile>),
    /// Rows and columns.
    Table(Table),
    /// An interactive chart; neighbouring narrow ones stand side by side.
    Chart(Figure),
}

/// One key figure.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Tile {
    /// What it is.
    pub label: String,
    /// The number, as it is to be read.
    pub value: String,
    /// Its unit.
    pub unit: String,
    /// A line below it, such as what to compare it with.
    pub note: String,
    /// Whether it is as it should be.
    pub verdict: Verdict,
}

/// Whether a key figure is as it should be. Shown by a word as well as by colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Verdict {
    /// Nothing to judge.
    #[default]
    None,
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
}

impl Report {
    /// An empty report.
    pub fn new(title: impl Into<String>, summary: impl Into<String>) -> Self {
        Report { title: title.into(), summary: summary.into(), ..Report::default() }
    }

    /// Adds a section below the others.
    pub fn section(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }

    /// The report as one HTML file, the same bytes for the same report.
    pub fn to_html(&self) -> String {
        page::write(self)
    }
}

impl Section {
    /// An empty section.
    pub fn new(heading: impl Into<String>) -> Self {
        Section { heading: heading.into(), blocks: Vec::new() }
    }

    /// Adds paragraphs and lists.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.block(Block::Text(text.into()))
    }

    /// Adds a text that must not be overlooked.
    pub fn notice(self, text: impl Into<String>) -> Self {
        self.block(Block::Notice(text.into()))
    }

    /// Adds key figures.
    pub fn tiles(self, tiles: Vec<Tile>) -> Self {
        self.block(Block::Tiles(tiles))
    }

    /// Adds a table.
    pub fn table(self, table: Table) -> Self {
        self.block(Block::Table(table))
    }

    /// Adds an interactive chart.
    pub fn chart(self, figure: Figure) -> Self {
        self.block(Block::Chart(figure))
    }

    fn block(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }
}

impl Tile {
    /// A key figure with its unit.
    pub fn new(label: impl Into<String>, value: impl Into<String>, unit: impl Into<String>) -> Self {
        Tile { label: label.into(), value: value.into(), unit: unit.into(), ..Tile::default() }
    }

    /// Adds a line below the number.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Judges the number.
    pub fn verdict(mut self, verdict: Verdict) -> Self {
        self.verdict = verdict;
        self
    }
}

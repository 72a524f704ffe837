//! The page around texts, tables and charts.

use super::{Block, Report, Section, Tile, Verdict, chart, fallback, markup};
use crate::describe;
use crate::figure::Figure;
use crate::palette::{self, Rgb};
use crate::svg::escape;
use crate::text::{plain, pretty_unit};

const STYLE: &str = include_str!("assets/style.css");
const SCRIPT: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("assets/numbers.js"),
    include_str!("assets/draw.js"),
    include_str!("assets/marks.js"),
    include_str!("assets/readout.js"),
    include_str!("assets/chart.js"),
    "})();\n"
);
/// Nothing may be loaded, not even by accident: only what stands in the file runs, and images may be made from data.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// Writes the whole file.
pub fn write(report: &Report) -> String {
    let mut charts = 0;
    let sections: String =
        report.sections.iter().enumerate().map(|(i, part)| section(part, i, &mut charts)).collect();
    let contents = if report.sections.len() >= 3 { contents(&report.sections) } else { String::new() };
    let footer = if report.footer.is_empty() {
        String::new()
    } else {
        format!("<footer>{}</footer>\n", markup::blocks(&report.footer))
    };
    let script = if charts > 0 { format!("<script>\n{SCRIPT}</script>\n") } else { String::new() };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <title>{}</title>\n<style>\n{}{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{}</h1>\n\
         <div class=\"summary\">{}</div>\n</header>\n{contents}<main>\n{sections}</main>\n{footer}{script}</body>\n</html>\n",
        escape(&plain(&report.title)),
        colors(),
        markup::inline(&report.title),
        markup::blocks(&report.summary),
    )
}

/// The palette as custom properties, so that style sheet and static figures cannot drift apart.
fn colors() -> String {
    let series = |palette: &[Rgb]| -> String {
        palette.iter().enumerate().map(|(i, &color)| format!("--s{i}:{};", palette::hex(color))).collect()
    };
    let light = format!(":root{{{}}}", series(&palette::SERIES));
    let dark = format!(
        "@media screen and (prefers-color-scheme:dark){{:root{{{}}}}}",
        series(&palette::SERIES_DARK)
    );
    format!("{light}\n{dark}\n")
}

fn contents(sections: &[Section]) -> String {
    let entries: String = sections
        .iter()
        .enumerate()
        .map(|(i, section)| {
            format!("<li><a href=\"#part-{}\">{}</a></li>", i + 1, markup::inline(&section.heading))
        })
        .collect();
    format!("<nav aria-label=\"Contents\"><ol>{entries}</ol></nav>\n")
}

fn section(section: &Section, index: usize, charts: &mut usize) -> String {
    let mut out =
        format!("<section id=\"part-{}\">\n<h2>{}</h2>\n", index + 1, markup::inline(&section.heading));
    let mut in_charts = false;
    for block in &section.blocks {
        let is_chart = matches!(block, Block::Chart(_));
        if is_chart != in_charts {
            out.push_str(if is_chart { "<div class=\"charts\">\n" } else { "</div>\n" });
            in_charts = is_chart;
        }
        match block {
            Block::Text(text) => out.push_str(&markup::blocks(text)),
            Block::Notice(text) => {
                out.push_str(&format!("<div class=\"notice\" role=\"note\">{}</div>\n", markup::blocks(text)))
            }
            Block::Tiles(tiles) => out.push_str(&format!(
                "<dl class=\"tiles\">{}</dl>\n",
                tiles.iter().map(tile).collect::<String>()
            )),
            Block::Table(table) => out.push_str(&table.write()),
            Block::Chart(figure) => {
                *charts += 1;
                out.push_str(&chart_block(figure, *charts));
            }
        }
    }
    if in_charts {
        out.push_str("</div>\n");
    }
    out + "</section>\n"
}

fn tile(tile: &Tile) -> String {
    let (class, word) = match tile.verdict {
        Verdict::None => ("", ""),
        Verdict::Good => (" good", "<span class=\"verdict\">✓ good</span>"),
        Verdict::Bad => (" bad", "<span class=\"verdict\">✗ not good</span>"),
    };
    let note = if tile.note.is_empty() {
        String::new()
    } else {
        format!("<dd class=\"note\">{}</dd>", markup::inline(&tile.note))
    };
    format!(
        "<div class=\"tile{class}\"><dt><span>{}</span>{word}</dt><dd class=\"value\">{}<span class=\"unit\"> {}</span></dd>{note}</div>\n",
        markup::inline(&tile.label),
        markup::inline(&tile.value),
        escape(&pretty_unit(&tile.unit)),
    )
}

fn chart_block(figure: &Figure, number: usize) -> String {
    let description = describe::figure(figure);
    // In a script element only `</` and `<!--` could end the data early; no `<` at all is simpler to believe.
    let data = chart::data(figure).to_string().replace('<', "\\u003c").replace('&', "\\u0026");
    let title = if figure.title.is_empty() {
        String::new()
    } else {
        format!("<figcaption>{}</figcaption>", markup::inline(&figure.title))
    };
    // A chart may grow with the page, but not beyond the proportions it was made for.
    let width = figure.drawn_size().0.clamp(280.0, 1100.0);
    format!(
        "<figure class=\"chart\" style=\"flex-basis:{}px;max-width:min(100%,{}px)\">{title}\n\
         <div class=\"plot\" tabindex=\"0\" role=\"group\" aria-label=\"{}\" aria-describedby=\"about-{number}\">\
         <noscript>Charts need scripts; the table below holds their key values.</noscript></div>\n\
         <details><summary>Description and key values</summary><p id=\"about-{number}\">{}</p>\n{}</details>\n\
         <script type=\"application/json\">{data}</script></figure>\n",
        width.round(),
        (width * 1.35).round(),
        escape(&plain(&figure.title)),
        escape(&description),
        fallback::table(figure),
    )
}

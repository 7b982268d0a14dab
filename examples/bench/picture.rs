//! Draws what was measured as a picture: git and gate side by side, row by row.

use std::fmt::Write as _;

use anyhow::Result;

use super::measure::Row;

/// The width that the names take, and the one that the longest bar may.
const NAMES: f64 = 290.0;
const BARS: f64 = 380.0;
const ROW: f64 = 34.0;

/// Returns the rows as an SVG.
pub fn draw(rows: &[Row]) -> Result<String> {
    let longest = rows.iter().flat_map(|row| [row.git(), row.gate()]).fold(1.0, f64::max);
    let (width, height) = (NAMES + BARS + 90.0, ROW * (rows.len() as f64 + 1.0));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"{NAMES}\" y=\"20\"><tspan fill=\"#8a8f98\">git diff</tspan> and <tspan fill=\"#1f6feb\">gate check</tspan>, in milliseconds</text>\n"
    );
    for (at, row) in rows.iter().enumerate() {
        let top = ROW * (at as f64 + 1.0);
        let name = row.name().replace('&', "&amp;").replace('<', "&lt;");
        writeln!(svg, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{name}</text>", NAMES - 10.0, top + 17.0)?;
        for (below, milliseconds, colour) in [(2.0, row.git(), "#8a8f98"), (14.0, row.gate(), "#1f6feb")] {
            let length = BARS * milliseconds / longest;
            writeln!(
                svg,
                "<rect x=\"{NAMES}\" y=\"{}\" width=\"{length:.1}\" height=\"11\" fill=\"{colour}\"/><text x=\"{:.1}\" y=\"{}\" font-size=\"10\">{milliseconds:.1}</text>",
                top + below,
                NAMES + length + 5.0,
                top + below + 9.0
            )?;
        }
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

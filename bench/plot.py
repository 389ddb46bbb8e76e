"""Line plots as SVG, and tables as Markdown, for bench/results: no library, so that any machine can draw them."""

import html
import math

COLOURS = ["#1f6fb4", "#d9541e", "#2f8f4e", "#8a4fb0", "#b8860b", "#555555"]
WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 80, 190, 46, 60


def table(heading, rows):
    """A Markdown table; cells are written as they are."""
    lines = ["| " + " | ".join(heading) + " |", "| " + " | ".join("---" for _ in heading) + " |"]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


class Axis:
    """Numbers to places along `start`…`end`, linear or by their logarithms."""

    def __init__(self, values, start, end, log):
        self.log = log and min(values) > 0
        low, high = min(values), max(values)
        if not self.log:
            low = min(low, 0)
        if low == high:
            low, high = (low / 2, high * 2) if self.log else (low, low + 1)
        self.low, self.high, self.start, self.end = low, high, start, end

    def place(self, value):
        scale = math.log if self.log else float
        share = (scale(value) - scale(self.low)) / (scale(self.high) - scale(self.low))
        return self.start + share * (self.end - self.start)

    def ticks(self):
        if self.log:
            first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
            steps = (1,) if last - first > 3 else (1, 2, 5)
            ticks = [step * 10.0**power for power in range(first, last + 1) for step in steps]
        else:
            step = 10.0 ** math.floor(math.log10(self.high - self.low))
            while (self.high - self.low) / step < 4:
                step /= 2
            ticks = [step * place for place in range(math.ceil(self.low / step), int(self.high / step) + 1)]
        return [tick for tick in ticks if self.low <= tick * (1 + 1e-9) and tick <= self.high * (1 + 1e-9)]


def lines(path, title, x_label, y_label, series, log_x=False, log_y=False):
    """Writes a plot to `path`. `series`: {name: [(x, y), …]}; values that are None or not finite are left out."""
    series = {
        name: [(x, y) for x, y in points if y is not None and math.isfinite(y)]
        for name, points in series.items()
    }
    series = {name: points for name, points in series.items() if points}
    if not series:
        return
    everything = [point for points in series.values() for point in points]
    x_axis = Axis([x for x, _ in everything], LEFT, WIDTH - RIGHT, log_x)
    y_axis = Axis([y for _, y in everything], HEIGHT - BOTTOM, TOP, log_y)

    def text(x, y, content, anchor="middle", more=""):
        return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{html.escape(content)}</text>'

    def line(x1, y1, x2, y2, colour):
        return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        text(WIDTH / 2, 24, title, more='font-size="15" font-weight="bold"'),
    ]
    for tick in x_axis.ticks():
        x = x_axis.place(tick)
        parts += [line(x, TOP, x, HEIGHT - BOTTOM, "#e4e4e4"), text(x, HEIGHT - BOTTOM + 18, f"{tick:g}")]
    for tick in y_axis.ticks():
        y = y_axis.place(tick)
        parts += [line(LEFT, y, WIDTH - RIGHT, y, "#e4e4e4"), text(LEFT - 8, y + 4, f"{tick:g}", "end")]
    parts += [
        line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "#333"),
        line(LEFT, TOP, LEFT, HEIGHT - BOTTOM, "#333"),
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 18, x_label),
        text(0, 0, y_label, more=f'transform="translate(20 {(TOP + HEIGHT - BOTTOM) / 2:.0f}) rotate(-90)"'),
    ]
    for place, (name, points) in enumerate(series.items()):
        colour = COLOURS[place % len(COLOURS)]
        where = [(x_axis.place(x), y_axis.place(y)) for x, y in sorted(points)]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in where)
        parts.append(f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in where]
        y = TOP + 8 + 20 * place
        parts += [
            f'<rect x="{WIDTH - RIGHT + 14}" y="{y - 8}" width="12" height="12" fill="{colour}"/>',
            text(WIDTH - RIGHT + 32, y + 2, name, "start"),
        ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*parts, "</svg>", ""]))

"""The two pictures: plain SVG on white, readable on a dark page."""

from html import escape

from figures import number

# Distinguishable for the colour-blind (Okabe and Ito's palette), and by dashes where lines meet.
COLOURS = {"snippet": "#d55e00", "stream": "#e69f00", "curl": "#0072b2", "spread": "#009e73"}
DASHES = {"curl": "9 9"}


def latency(points, peers):
    """Time per order by round-trip time, one line for each peer."""
    width, height = 820, 440
    left, right, top, bottom = 62, 250, 56, 52
    highest = max(max(values.values()) for values in points.values())
    step = nice_step(highest / 5)
    ceiling = step * (int(highest / step) + 1)
    longest = max(points)

    def x(milliseconds):
        return left + milliseconds / longest * (width - left - right)

    def y(milliseconds):
        return height - bottom - milliseconds / ceiling * (height - top - bottom)

    parts = [text(left, 26, "Time per order, connection and process warm (ms)", size=16, bold=True)]
    for level in range(0, int(ceiling) + 1, int(step)):
        parts.append(line(left, y(level), width - right, y(level), "#ddd"))
        parts.append(text(left - 8, y(level) + 4, level, anchor="end"))
    for milliseconds in sorted(points):
        parts.append(line(x(milliseconds), height - bottom, x(milliseconds), height - bottom + 5, "#888"))
        label = "0" if milliseconds == 0 else milliseconds
        parts.append(text(x(milliseconds), height - bottom + 20, label, anchor="middle"))
    middle = (left + width - right) / 2
    parts.append(text(middle, height - 10, "round trip to the API (ms); 0: loopback", anchor="middle"))

    # Thick below thin: lines that coincide stay visible.
    for peer in ("spread", *(peer for peer in peers if peer != "spread")):
        places = " ".join(f"{x(trip):.1f},{y(points[trip][peer]):.1f}" for trip in sorted(points))
        parts.append(
            f'<polyline points="{places}" fill="none" stroke="{COLOURS[peer]}" '
            f'stroke-width="{6 if peer == "spread" else 2.5}" stroke-dasharray="{DASHES.get(peer, "none")}"/>'
        )
    ends = {peer: y(points[longest][peer]) for peer in peers}
    for peer, place in apart(ends, 20).items():
        label = f"{peers[peer]}: {number(points[longest][peer])}"
        parts.append(text(width - right + 10, place + 4, label, COLOURS[peer], bold=peer == "spread"))
    return picture(width, height, parts)


def pages(samples, peers):
    """A bar for each peer, with the range of its turns."""
    width, left, top, bar = 820, 220, 52, 34
    height = top + len(peers) * (bar + 12) + 16
    most = max(samples.spread(peer)[1] for peer in peers)

    def x(per_second):
        return left + per_second / most * (width - left - 130)

    parts = [text(16, 26, "Pages per second: php-fpm, 8 workers, one order a page, API 20 ms away", size=16, bold=True)]
    for index, peer in enumerate(peers):
        y = top + index * (bar + 12)
        value = samples.median(peer)
        low, high = samples.spread(peer)
        parts.append(text(left - 10, y + bar / 2 + 5, peers[peer], anchor="end", bold=peer == "spread"))
        parts.append(f'<rect x="{left}" y="{y}" width="{x(value) - left:.1f}" height="{bar}" fill="{COLOURS[peer]}"/>')
        parts.append(line(x(low), y + bar / 2, x(high), y + bar / 2, "#222"))
        for end in (low, high):
            parts.append(line(x(end), y + bar / 2 - 5, x(end), y + bar / 2 + 5, "#222"))
        parts.append(text(x(high) + 10, y + bar / 2 + 5, f"{value:.0f}", bold=peer == "spread"))
    return picture(width, height, parts)


def nice_step(least):
    return next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if step >= least)


def apart(places, distance):
    """Positions of labels, moved apart from the lowest up."""
    moved, last = {}, None
    for peer in sorted(places, key=places.get, reverse=True):
        place = places[peer] if last is None else min(places[peer], last - distance)
        moved[peer] = last = place
    return moved


def text(x, y, content, colour="#222", size=13, anchor="start", bold=False):
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size}" text-anchor="{anchor}"{weight}>'
        f"{escape(str(content))}</text>"
    )


def line(x1, y1, x2, y2, colour):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def picture(width, height, parts):
    inside = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="Helvetica, Arial, sans-serif">\n<rect width="{width}" height="{height}" fill="#fff"/>\n'
        f"{inside}\n</svg>\n"
    )
